// TaskProgress: takes one task on its node from accepted to its end. A machine: inputs in, effects and reports out.
//
//   accepted -> preparing (attach, prepare) -> ready -> starting (start) -> running (serve)
//            -> complete | failed | rejected                     by itself
//            -> draining (unserve) -> stopping (stop) -> shutdown  when the desired state says so
//   dismissed: whatever it is doing, it ends, is removed and detached; then gone().
//
// Every effect is answered by exactly one input of the same name (attached, prepared, started, unserved, stopped,
// removed); at most one is under way. `serve` and `detach` are not answered. An end by itself is told by exited().
// Reports only grow; the texts are swarmkit's (agent/exec/controller.go: Do).
// Not here: health checks, retries of pulls (the executor's), restarts (the service's). Pure: time is handed in.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "actors/ports/executor.h"

namespace skein::plan {

enum class Effect : unsigned char { attach, prepare, start, serve, unserve, stop, remove, detach };

struct ProgressOutput {
  std::vector<Effect> effects;
  std::vector<TaskStatus> reports;
  std::int64_t look_again_at_ns = 0;  // 0: no timer wanted
};

class TaskProgress {
 public:
  // `found`: the container an earlier life of the daemon left running or ended.
  TaskProgress(AssignedTaskPtr task, std::optional<FoundContainer> found, std::int64_t now_ns);

  void assigned(AssignedTaskPtr task, std::int64_t now_ns);  // the same task with a later desired state
  void dismissed(std::int64_t now_ns);

  void attached(const Result<std::vector<PortConfig>>& host_ports, std::int64_t now_ns);
  void prepared(const Result<ContainerInfo>& info, std::int64_t now_ns);
  void started(const Result<ContainerInfo>& info, std::int64_t now_ns);
  void unserved(std::int64_t now_ns);
  void stopped(const Result<ContainerInfo>& info, std::int64_t now_ns);
  void removed(std::int64_t now_ns);
  void exited(const ContainerExit& exit, std::int64_t now_ns);
  void tick(std::int64_t now_ns);

  ProgressOutput take_output();
  bool gone() const { return phase_ == Phase::gone; }
  const AssignedTaskPtr& task() const { return task_; }
  const TaskStatus& status() const { return status_; }

 private:
  enum class Phase : unsigned char {
    attaching,
    preparing,
    ready,
    starting,
    running,
    draining,
    stopping,
    ended,
    removing,
    gone
  };
  void adopt(const FoundContainer& found, std::int64_t now_ns);
  void go_on(std::int64_t now_ns);
  void begin(std::int64_t now_ns);
  void begin_stop(std::int64_t now_ns);
  void fail(TaskState state, const std::string& error, std::int64_t now_ns);
  void end(TaskState state, const char* message, const std::string& error, std::int64_t now_ns);
  void report(TaskState state, const char* message, std::int64_t now_ns);
  void note_exit(int exit_code, bool oom_killed);
  void note_container(const ContainerInfo& info);
  void remove_now();
  bool must_stop() const { return dismissed_ || task_->desired() > TASK_COMPLETE; }
  bool may_start(std::int64_t now_ns) const;

  AssignedTaskPtr task_;
  Phase phase_ = Phase::attaching;
  bool dismissed_ = false;
  bool was_running_ = false;  // an exit now belongs to a container that ran
  std::optional<ContainerExit> exit_;
  TaskStatus status_;
  ProgressOutput out_;
};

}  // namespace skein::plan
