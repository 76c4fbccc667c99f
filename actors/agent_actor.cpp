#include "actors/agent_actor.h"

#include <spdlog/spdlog.h>

#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <set>

#include "actors/crash_loudly.h"
#include "actors/runner_actor.h"

namespace skein {
namespace {

struct AgentState {
  // Runners have timers and calls under way that would keep them: they end with the agent. Containers run on.
  ~AgentState() {
    for (const auto& [id, runner] : runners) caf::anon_send_exit(runner, caf::exit_reason::user_shutdown);
  }

  static inline const char* name = "agent";
  AgentArgs args;
  Term term;                                                 // of the session
  NodeSession session;                                       // empty: no leader in reach
  std::map<std::string, RunnerActor, std::less<>> runners;   // by task
  std::map<std::string, FoundContainer, std::less<>> found;  // not yet adopted
  std::map<std::string, TaskStatus, std::less<>> newest;     // last status of each task
  std::vector<TaskReport> pending;                           // in the order they were observed
  bool flush_queued = false;
};

using Self = AgentActor::stateful_pointer<AgentState>;

void start_runner(Self self, AssignedTaskPtr task) {
  AgentState& state = self->state;
  std::optional<FoundContainer> found;
  if (const auto it = state.found.find(task->id()); it != state.found.end()) {
    found = std::move(it->second);
    state.found.erase(it);
  }
  const std::string id = task->id();
  state.runners[id] = spawn_runner(*self, {std::move(task), std::move(found), state.args.executor, state.args.mesh,
                                           state.args.world, RunnerParent{self}});
}

void take(Self self, const AssignedTask& task) {
  auto assigned = std::make_shared<const AssignedTask>(task);
  const auto runner = self->state.runners.find(task.id());
  if (runner == self->state.runners.end()) {
    start_runner(self, std::move(assigned));
  } else {
    self->send(runner->second, RunnerAssigned{std::move(assigned)});
  }
}

void dismiss(Self self, const std::string& task_id) {
  const auto runner = self->state.runners.find(task_id);
  if (runner != self->state.runners.end()) self->send(runner->second, RunnerDismissed{});
}

// Containers that no task of the complete set wants: left over from a task that was reaped while we were away.
void remove_unwanted(Self self) {
  for (const auto& [id, container] : std::exchange(self->state.found, {})) {
    spdlog::info("removing container {:.12} of task {}, which the log no longer has", container.info.container_id, id);
    self->state.args.executor->remove(container.task, [id = id](const Result<ContainerInfo>& removed) {
      if (!removed) spdlog::warn("task {}: {}", id, removed.refusal().text);
    });
  }
}

void on_assignments(Self self, const Assignments& assignments) {
  AgentState& state = self->state;
  std::set<std::string, std::less<>> named;
  for (const AssignedTask& task : assignments.update()) {
    named.insert(task.id());
    take(self, task);
  }
  for (const std::string& id : assignments.remove()) dismiss(self, id);
  if (!assignments.complete()) return;
  for (const auto& [id, runner] : state.runners)
    if (!named.contains(id)) dismiss(self, id);
  remove_unwanted(self);
}

void flush(Self self) {
  AgentState& state = self->state;
  state.flush_queued = false;
  if (!state.session || state.pending.empty()) return;
  self->send(state.session, Reports{std::make_shared<const std::vector<TaskReport>>(std::exchange(state.pending, {}))});
}

void on_report(Self self, const RunnerReport& report) {
  AgentState& state = self->state;
  for (const TaskStatus& status : report.statuses) {
    state.newest[report.task_id] = status;
    if (!state.session) continue;  // told when a session opens
    TaskReport& pending = state.pending.emplace_back();
    pending.set_task_id(report.task_id);
    *pending.mutable_status() = status;
  }
  if (state.flush_queued || !state.session) return;
  state.flush_queued = true;
  self->delayed_send(self, kReportDelay, FlushReports{});
}

void on_session(Self self, const SessionOpened& opened) {
  AgentState& state = self->state;
  if (opened.term < state.term) return;  // the lead has changed since
  state.term = opened.term;
  state.session = opened.session;
  self->send(state.session, NodeSaysHello{state.args.description});
  state.pending.clear();
  for (const auto& [id, status] : state.newest) {
    TaskReport& pending = state.pending.emplace_back();
    pending.set_task_id(id);
    *pending.mutable_status() = status;
  }
  flush(self);
}

AgentActor::behavior_type agent(Self self, const AgentArgs& args) {
  crash_loudly(self);
  self->state.args = args;
  for (const FoundContainer& found : args.found) self->state.found[found.task.str()] = found;
  self->state.args.found.clear();
  return {
      [self](const SessionOpened& opened) { on_session(self, opened); },
      [self](const AssignmentsFor& message) { on_assignments(self, *message.assignments); },
      [self](FlushReports) { flush(self); },
      [self](const RunnerReport& report) { on_report(self, report); },
      [self](const RunnerGone& gone) {
        self->state.runners.erase(gone.task_id);
        self->state.newest.erase(gone.task_id);
      },
      [self](const ContainerExited& exited) {
        const auto runner = self->state.runners.find(exited.exit.task.str());
        if (runner != self->state.runners.end()) self->send(runner->second, exited);
      },
  };
}

}  // namespace

AgentActor spawn_agent(caf::actor_system& system, AgentArgs args) { return system.spawn(agent, std::move(args)); }

}  // namespace skein
