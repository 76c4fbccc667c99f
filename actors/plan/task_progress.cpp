#include "actors/plan/task_progress.h"

#include <fmt/format.h>

#include "events/base/check.h"

namespace skein::plan {

TaskProgress::TaskProgress(AssignedTaskPtr task, std::optional<FoundContainer> found, std::int64_t now_ns)
    : task_{std::move(task)}, status_{task_->status()} {
  if (status_.state() > TASK_RUNNING) {  // the log has its end already; only removal is left to do
    phase_ = Phase::ended;
  } else if (found && status_.state() >= TASK_STARTING) {
    adopt(*found, now_ns);
  } else if (status_.state() >= TASK_STARTING) {
    end(TASK_FAILED, "started", "the container is gone: the machine was restarted, or somebody removed it", now_ns);
  } else {
    begin(now_ns);
  }
}

void TaskProgress::adopt(const FoundContainer& found, std::int64_t now_ns) {
  note_container(found.info);
  was_running_ = true;
  if (!found.running) return exited({TaskId{task_->id()}, found.exit_code, found.oom_killed, {}}, now_ns);
  phase_ = Phase::running;
  out_.effects = {Effect::attach, Effect::serve};
  report(TASK_RUNNING, "started", now_ns);
  go_on(now_ns);
}

void TaskProgress::begin(std::int64_t now_ns) {
  if (must_stop()) return end(TASK_SHUTDOWN, "shutdown", {}, now_ns);
  report(TASK_ACCEPTED, "accepted", now_ns);
  report(TASK_PREPARING, "preparing", now_ns);
  phase_ = Phase::attaching;
  out_.effects.push_back(Effect::attach);
}

void TaskProgress::assigned(AssignedTaskPtr task, std::int64_t now_ns) {
  CHECK(task->id() == task_->id());
  if (task->desired() < task_->desired()) return;  // an older message
  task_ = std::move(task);
  go_on(now_ns);
}

void TaskProgress::dismissed(std::int64_t now_ns) {
  dismissed_ = true;
  go_on(now_ns);
}

void TaskProgress::tick(std::int64_t now_ns) { go_on(now_ns); }

bool TaskProgress::may_start(std::int64_t now_ns) const {
  return task_->desired() >= TASK_RUNNING && now_ns >= task_->start_not_before_ns();
}

// Looks at where the task stands and at what is wanted of it. Phases with an effect under way wait for its answer.
void TaskProgress::go_on(std::int64_t now_ns) {
  switch (phase_) {
    case Phase::ready:
      if (must_stop()) return end(TASK_SHUTDOWN, "shutdown", {}, now_ns);
      if (!may_start(now_ns)) {
        if (task_->desired() >= TASK_RUNNING) out_.look_again_at_ns = task_->start_not_before_ns();
        return;
      }
      report(TASK_STARTING, "starting", now_ns);
      phase_ = Phase::starting;
      out_.effects.push_back(Effect::start);
      return;
    case Phase::running:
      if (must_stop()) begin_stop(now_ns);
      return;
    case Phase::ended:
      if (dismissed_) remove_now();
      return;
    default:
      return;
  }
}

void TaskProgress::attached(const Result<std::vector<PortConfig>>& host_ports, std::int64_t now_ns) {
  if (host_ports) {
    status_.clear_host_ports();
    for (const PortConfig& port : *host_ports) *status_.add_host_ports() = port;
  }
  if (phase_ != Phase::attaching) return;  // a found container's sandbox: it runs already
  if (!host_ports) return fail(TASK_REJECTED, host_ports.refusal().text, now_ns);
  if (must_stop()) return end(TASK_SHUTDOWN, "shutdown", {}, now_ns);
  phase_ = Phase::preparing;
  out_.effects.push_back(Effect::prepare);
}

void TaskProgress::prepared(const Result<ContainerInfo>& info, std::int64_t now_ns) {
  if (phase_ != Phase::preparing) return;
  if (!info) return fail(TASK_REJECTED, info.refusal().text, now_ns);
  note_container(*info);
  phase_ = Phase::ready;
  report(TASK_READY, "prepared", now_ns);
  go_on(now_ns);
}

void TaskProgress::started(const Result<ContainerInfo>& info, std::int64_t now_ns) {
  if (phase_ != Phase::starting) return;
  if (!info) return fail(TASK_FAILED, info.refusal().text, now_ns);
  note_container(*info);
  was_running_ = true;
  phase_ = Phase::running;
  report(TASK_RUNNING, "started", now_ns);
  if (exit_) return exited(*exit_, now_ns);  // it was quicker than the answer
  out_.effects.push_back(Effect::serve);
  go_on(now_ns);
}

void TaskProgress::begin_stop(std::int64_t) {
  phase_ = Phase::draining;
  out_.effects.push_back(Effect::unserve);
}

void TaskProgress::unserved(std::int64_t now_ns) {
  if (phase_ != Phase::draining) return;
  if (exit_) return end(TASK_SHUTDOWN, "shutdown", {}, now_ns);
  phase_ = Phase::stopping;
  out_.effects.push_back(Effect::stop);
}

void TaskProgress::stopped(const Result<ContainerInfo>& info, std::int64_t now_ns) {
  if (phase_ != Phase::stopping) return;
  end(TASK_SHUTDOWN, "shutdown", info ? std::string{} : info.refusal().text, now_ns);
}

void TaskProgress::exited(const ContainerExit& exit, std::int64_t now_ns) {
  exit_ = exit;
  note_exit(exit.exit_code, exit.oom_killed);
  if (phase_ == Phase::draining || phase_ == Phase::stopping || phase_ == Phase::starting) return;  // answered there
  if (!was_running_ || phase_ == Phase::ended || phase_ == Phase::removing || phase_ == Phase::gone) return;
  if (must_stop()) return end(TASK_SHUTDOWN, "shutdown", {}, now_ns);
  if (exit.exit_code == 0) return end(TASK_COMPLETE, "finished", {}, now_ns);
  const char* reason = exit.oom_killed ? "task: non-zero exit ({}): out of memory" : "task: non-zero exit ({})";
  end(TASK_FAILED, "started", fmt::format(fmt::runtime(reason), exit.exit_code), now_ns);
}

void TaskProgress::removed(std::int64_t) {
  if (phase_ != Phase::removing) return;
  phase_ = Phase::gone;
  out_.effects.push_back(Effect::detach);
}

void TaskProgress::remove_now() {
  phase_ = Phase::removing;
  out_.effects.push_back(Effect::remove);
}

void TaskProgress::fail(TaskState state, const std::string& error, std::int64_t now_ns) {
  end(state, state == TASK_REJECTED ? "preparing" : "starting", error, now_ns);
}

void TaskProgress::end(TaskState state, const char* message, const std::string& error, std::int64_t now_ns) {
  if (phase_ == Phase::running) out_.effects.push_back(Effect::unserve);  // nobody waits for the answer
  phase_ = Phase::ended;
  status_.set_error(error);
  status_.set_pid(0);
  report(state, message, now_ns);
  go_on(now_ns);
}

void TaskProgress::report(TaskState state, const char* message, std::int64_t now_ns) {
  if (state < status_.state()) return;  // the log knows better: observed state only grows
  status_.set_state(state);
  status_.set_message(message);
  status_.set_at_ns(now_ns);
  out_.reports.push_back(status_);
}

void TaskProgress::note_container(const ContainerInfo& info) {
  status_.set_has_container(true);
  status_.set_container_id(info.container_id);
  status_.set_pid(info.pid);
}

void TaskProgress::note_exit(int exit_code, bool oom_killed) {
  status_.set_exit_code(exit_code);
  status_.set_oom_killed(oom_killed);
}

ProgressOutput TaskProgress::take_output() { return std::exchange(out_, {}); }

}  // namespace skein::plan
