// CrunExecutor::Core: the parts behind the port and the steps on them. Private to runtime/containers.
//
// Each *_now step runs on a worker thread while it holds the task's turn. Destruction: first the lanes come to rest,
// then the watcher, the pools, the rest.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/containers/bundle_builder.h"
#include "runtime/containers/cgroups.h"
#include "runtime/containers/container_table.h"
#include "runtime/containers/crun.h"
#include "runtime/containers/crun_executor.h"
#include "runtime/containers/health_checks.h"
#include "runtime/containers/mount_namespace.h"
#include "runtime/containers/volumes.h"
#include "runtime/containers/watcher.h"
#include "runtime/containers/work_pool.h"

namespace skein {

class CrunExecutor::Core {
 public:
  static Result<std::unique_ptr<Core>> open(Options options);
  Core(Options options, Cgroups cgroups, std::unique_ptr<RuntimeNamespace> runtime_namespace);
  ~Core();

  void prepare(PrepareRequest request, Done done);
  void start(const std::string& task, Done done);
  void stop(const std::string& task, Done done);
  void remove(const std::string& task, Done done);
  void exec_health(const std::string& task, std::vector<std::string> argv, std::int64_t timeout_ms,
                   std::function<void(Result<int>)> done);
  void on_exit(std::function<void(ContainerExit)> told) { told_ = std::move(told); }
  Result<std::vector<FoundContainer>> recover();
  const ContainerTable& table() const { return table_; }

 private:
  using Turn = Lanes::Turn;

  std::string containers_dir() const { return options_.data_root + "/containers"; }
  void load();  // records of an earlier life; strays are swept up
  void sweep_stray(const std::string& dir);

  void prepare_now(const PrepareRequest& request, const Done& done, Turn turn);
  void pull_then_make(const PrepareRequest& request, const Done& done);
  Result<ContainerInfo> make(const PrepareRequest& request, const std::string& image_id);
  void create(Container& container);  // the runtime's part; trouble becomes start_error
  Result<ContainerInfo> start_now(const std::string& task);
  void stop_now(const std::string& task, Done done);
  void kill_after_grace(const std::string& task, const ProcessName& init, std::int64_t grace_ms);
  Result<ContainerInfo> remove_now(const std::string& task);
  void wait_for_end(const Container& container);
  void take_down(const Container& container);

  void watch(const Container& container);
  void settle(const std::string& task, const std::string& id);  // takes note of an end, and tells
  Container ended(Container container);
  void answer_stops(const std::string& task, const Result<ContainerInfo>& answer);
  void rotate_logs();

  const Options options_;
  const Cgroups cgroups_;
  const std::unique_ptr<RuntimeNamespace> runtime_namespace_;
  Volumes volumes_;
  BundleBuilder builder_;
  Crun crun_;
  ContainerTable table_;
  std::function<void(ContainerExit)> told_;
  std::mutex stops_mutex_;
  std::multimap<std::string, Done> stops_;  // by task id: who waits for its end
  WorkPool workers_;
  WorkPool pullers_;
  Lanes lanes_;
  Watcher watcher_;
  HealthChecks checks_;
};

}  // namespace skein
