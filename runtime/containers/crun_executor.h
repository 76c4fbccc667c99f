// CrunExecutor: the Executor over crun, conmon and overlayfs, and the directory of the containers it made.
//
// Is: one container a task; each step idempotent by task id. Is not: a policy (runners decide), networking (the network
// namespace comes ready made), images (ImageStore).
// Layout: <data_root>/containers/<id>/ (record, bundle, writable layer, log), <data_root>/volumes/<name>/_data,
// <exec_root>/crun (crun's state; emptied by a reboot).
// Invariants: operations on one task take turns, different tasks run at once; containers live on when this object or
// the whole daemon goes; a half-made container of an earlier life is swept up by open().
// Order in Docker's words: what is wrong with image, mounts or options refuses prepare(); what is wrong with the user
// or the program is found there too but told by start(), as "starting container failed: ...", where Docker tells it.
// recover() answers for exits that nobody watched; on_exit is told of those that come later. A container that has
// lost its conmon cannot be supervised: it is killed and counts as ended with 137.
// Threads: all calls from any thread; `done` and `told` run on the executor's threads and must not block.
// Linux 5.11 or later, root. Errors: see Executor.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "actors/ports/executor.h"
#include "runtime/containers/container_directory.h"

namespace skein {

class ImageStore;

class CrunExecutor final : public Executor {
 public:
  struct Options {
    std::string data_root;  // absolute; images' layers must be on a file system overlayfs can use
    std::string exec_root;  // absolute; on a tmpfs (/run/skein)
    std::string cgroup_parent = "/skein";
    ImageStore* images = nullptr;        // outlives the executor
    std::string node_id, node_hostname;  // for labels and templates
    std::size_t workers = 6;             // threads for containers
    std::size_t pullers = 3;             // threads for pulls (Docker: max-concurrent-downloads)
    std::vector<Ulimit> default_ulimits;
    std::string crun_path, conmon_path;  // empty: found on PATH
    std::string init_path;               // empty: docker-init, tini-static or catatonit, whichever there is
  };

  static Result<std::unique_ptr<CrunExecutor>> open(Options options);
  // Waits for what is under way. Containers run on.
  ~CrunExecutor() override;

  void prepare(PrepareRequest request, Done done) override;
  void start(const TaskId& task, Done done) override;
  void stop(const TaskId& task, Done done) override;
  void remove(const TaskId& task, Done done) override;
  void exec_health(const TaskId& task, std::vector<std::string> argv, std::int64_t timeout_ms,
                   std::function<void(Result<int>)> done) override;
  HealthConfig image_health(const TaskId& task) const override;
  void on_exit(std::function<void(ContainerExit)> told) override;
  Result<std::vector<FoundContainer>> recover() override;

  // For the engine API; lives as long as the executor.
  const ContainerDirectory& directory() const;

 private:
  class Core;
  explicit CrunExecutor(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace skein
