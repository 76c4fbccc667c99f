#include "actors/runner_actor.h"

#include <algorithm>
#include <caf/local_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/crash_loudly.h"
#include "actors/plan/task_files.h"
#include "actors/plan/task_progress.h"

namespace skein {
namespace {

struct RunnerState {
  static inline const char* name = "runner";
  RunnerArgs args;
  std::optional<plan::TaskProgress> progress;
  SandboxSeen sandbox;
  std::uint64_t generation = 0;
};

using Self = RunnerActor::stateful_pointer<RunnerState>;

Executor::Done answer(Self self, ContainerAnswer::Kind kind) {
  return [me = RunnerActor{self}, kind](Result<ContainerInfo> info) {
    caf::anon_send(me, ContainerAnswer{kind, std::move(info)});
  };
}

void attach(Self self) {
  const AssignedTask& task = *self->state.progress->task();
  WantedSandbox wanted;
  wanted.task = TaskId{task.id()};
  for (const Label& sysctl : task.spec().container().sysctls())
    if (sysctl.key().rfind("net.", 0) == 0) wanted.sysctls.push_back(sysctl);
  wanted.ports.assign(task.endpoint().ports().begin(), task.endpoint().ports().end());
  self->send(self->state.args.mesh, MeshAttach{std::move(wanted), SandboxUser{self}});
}

void prepare(Self self) {
  const RunnerState& state = self->state;
  PrepareRequest request;
  request.task = state.progress->task();
  request.netns_path = state.sandbox.netns_path;
  request.address = state.sandbox.address;
  request.files = plan::task_files(*request.task);
  request.registry_auth = request.task->registry_auth();
  state.args.executor->prepare(std::move(request), answer(self, ContainerAnswer::Kind::prepared));
}

void carry_out(Self self, plan::Effect effect) {
  const RunnerState& state = self->state;
  const TaskId task{state.progress->task()->id()};
  switch (effect) {
    case plan::Effect::attach:
      return attach(self);
    case plan::Effect::prepare:
      return prepare(self);
    case plan::Effect::start:
      return state.args.executor->start(task, answer(self, ContainerAnswer::Kind::started));
    case plan::Effect::serve:
      return self->send(state.args.mesh, MeshServe{task, true, {}});
    case plan::Effect::unserve:
      return self->send(state.args.mesh, MeshServe{task, false, SandboxUser{self}});
    case plan::Effect::stop:
      return state.args.executor->stop(task, answer(self, ContainerAnswer::Kind::stopped));
    case plan::Effect::remove:
      return state.args.executor->remove(task, answer(self, ContainerAnswer::Kind::removed));
    case plan::Effect::detach:
      return self->send(state.args.mesh, MeshDetach{task});
  }
}

std::int64_t now(Self self) { return self->state.args.world->clock->now().ns; }

void go_on(Self self) {
  RunnerState& state = self->state;
  plan::ProgressOutput out = state.progress->take_output();
  const std::string& id = state.progress->task()->id();
  if (!out.reports.empty()) self->send(state.args.parent, RunnerReport{id, std::move(out.reports)});
  for (const plan::Effect effect : out.effects) carry_out(self, effect);
  if (out.look_again_at_ns != 0) {
    const std::int64_t wait = std::max<std::int64_t>(0, out.look_again_at_ns - now(self));
    self->delayed_send(self, std::chrono::nanoseconds{wait}, RunnerTick{++state.generation});
  }
  if (state.progress->gone()) {
    self->send(state.args.parent, RunnerGone{id});
    self->quit();
  }
}

void on_answer(Self self, const ContainerAnswer& answer) {
  plan::TaskProgress& progress = *self->state.progress;
  switch (answer.kind) {
    case ContainerAnswer::Kind::prepared:
      progress.prepared(answer.info, now(self));
      break;
    case ContainerAnswer::Kind::started:
      progress.started(answer.info, now(self));
      break;
    case ContainerAnswer::Kind::stopped:
      progress.stopped(answer.info, now(self));
      break;
    case ContainerAnswer::Kind::removed:
      progress.removed(now(self));
      break;
  }
  go_on(self);
}

void on_sandbox(Self self, const SandboxReady& ready) {
  if (ready.sandbox) {
    self->state.sandbox = *ready.sandbox;
    self->state.progress->attached(ready.sandbox->host_ports, now(self));
  } else {
    self->state.progress->attached(ready.sandbox.refusal(), now(self));
  }
  go_on(self);
}

RunnerActor::behavior_type runner(Self self, const RunnerArgs& args) {
  crash_loudly(self);
  self->state.args = args;
  self->state.progress.emplace(args.task, args.found, args.world->clock->now().ns);
  go_on(self);
  return {
      [self](const RunnerAssigned& assigned) {
        self->state.progress->assigned(assigned.task, now(self));
        go_on(self);
      },
      [self](RunnerDismissed) {
        self->state.progress->dismissed(now(self));
        go_on(self);
      },
      [self](RunnerTick tick) {
        if (tick.generation != self->state.generation) return;
        self->state.progress->tick(now(self));
        go_on(self);
      },
      [self](const ContainerAnswer& answer) { on_answer(self, answer); },
      [self](const ContainerExited& exited) {
        self->state.progress->exited(exited.exit, now(self));
        go_on(self);
      },
      [self](const SandboxReady& ready) { on_sandbox(self, ready); },
      [self](SandboxQuiet) {
        self->state.progress->unserved(now(self));
        go_on(self);
      },
  };
}

}  // namespace

RunnerActor spawn_runner(caf::local_actor& parent, RunnerArgs args) { return parent.spawn(runner, std::move(args)); }

}  // namespace skein
