// Executor: what a runner needs to turn an assigned task into a container on this machine. A port: no CAF here.
//
// Is: create, start, stop, remove, and news of exits. Is not: a policy; it never restarts anything by itself.
// Containers outlive the daemon: a new Executor over the same roots finds them by recover().
//
// Every call returns at once; the work happens on the executor's own threads and `done` is called exactly once, from
// any of them. All calls are idempotent by task id: asking again for what is already so succeeds with the same answer.
// Errors: Refusal texts are what the user sees in `service ps` ("No such image: x", "starting container failed: ...").
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "events/base/clock.h"
#include "events/base/ids.h"
#include "events/base/result.h"
#include "events/proto/session.pb.h"

namespace skein {

using AssignedTaskPtr = std::shared_ptr<const AssignedTask>;

struct ContainerInfo {
  std::string container_id;  // 64 hex digits
  std::int64_t pid = 0;      // 0 until started
};

struct ContainerExit {
  TaskId task;
  int exit_code = 0;  // 128 + n for signal n, as Docker reports it
  bool oom_killed = false;
  WallTime at;
};

// A container that is there although this daemon life did not make it.
struct FoundContainer {
  TaskId task;
  ContainerInfo info;
  bool running = false;
  int exit_code = 0;  // when not running and known
  bool oom_killed = false;
  std::string netns_path;  // the sandbox it lives in; empty: none
};

// A file to place into the container: a secret (tmpfs, /run/secrets/NAME) or a config.
struct TaskFile {
  std::string path;  // absolute inside the container
  std::string data;
  std::uint32_t mode = 0444;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  bool secret = false;
};

struct PrepareRequest {
  AssignedTaskPtr task;
  std::string netns_path;   // network namespace made by the NetworkPlane; empty: host network
  std::string resolv_conf;  // content for /etc/resolv.conf; empty: copy the host's
  std::string address;      // the container's own address, for /etc/hosts; empty: none
  std::vector<TaskFile> files;
  std::string registry_auth;  // X-Registry-Auth value for pulling; secret; empty: anonymous
};

class Executor {
 public:
  using Done = std::function<void(Result<ContainerInfo>)>;
  virtual ~Executor() = default;

  // Image (pulled if it is not there), root file system, volumes, OCI bundle, `crun create`. Not started.
  virtual void prepare(PrepareRequest request, Done done) = 0;
  virtual void start(const TaskId& task, Done done) = 0;
  // The stop signal (the spec's, else the image's, else SIGTERM), then SIGKILL after the spec's grace. `done` when it
  // has ended; its exit is told by on_exit too.
  virtual void stop(const TaskId& task, Done done) = 0;
  // Ends it if need be and forgets container, root file system and logs.
  virtual void remove(const TaskId& task, Done done) = 0;

  // Runs the health check's command inside; exit code in `done`. An error if it did not end within `timeout_ms`.
  virtual void exec_health(const TaskId& task, std::vector<std::string> argv, std::int64_t timeout_ms,
                           std::function<void(Result<int>)> done) = 0;
  // The image's own health check of a prepared task; an empty config if it has none.
  virtual HealthConfig image_health(const TaskId& task) const = 0;

  // Set once, before the first call: told of every exit of a started container, once, also of those found.
  virtual void on_exit(std::function<void(ContainerExit)> told) = 0;
  // What an earlier life of the daemon left behind. Call once, first.
  virtual Result<std::vector<FoundContainer>> recover() = 0;
};

}  // namespace skein
