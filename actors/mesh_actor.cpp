#include "actors/mesh_actor.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/crash_loudly.h"

namespace skein {
namespace {

// Somebody who waits for the kernel to be true to a generation.
struct Waiting {
  std::uint64_t generation = 0;
  TaskId task;
  SandboxUser user;
  bool for_sandbox = false;
};

struct MeshState {
  static inline const char* name = "mesh";
  MeshArgs args;
  std::map<TaskId, WantedSandbox> wanted;
  std::uint64_t generation = 0;
  std::vector<Waiting> waiting;
  std::vector<std::string> problems;  // said already
  bool apply_queued = false;
  std::uint64_t timer = 0;  // generation of the one live timer
};

using Self = MeshActor::stateful_pointer<MeshState>;

void want(Self self) {
  ++self->state.generation;
  if (self->state.apply_queued) return;
  self->state.apply_queued = true;
  self->send(self, MeshApply{});  // behind what is in the mailbox already: one apply for all of it
}

void attach(Self self, const MeshAttach& message) {
  MeshState& state = self->state;
  const auto [wanted, fresh] = state.wanted.try_emplace(message.sandbox.task, message.sandbox);
  if (!fresh) {
    const bool serving = wanted->second.serving;
    wanted->second = message.sandbox;
    wanted->second.serving = serving;
  }
  want(self);
  state.waiting.push_back({state.generation, message.sandbox.task, message.user, true});
}

void serve(Self self, const MeshServe& message) {
  MeshState& state = self->state;
  const auto wanted = state.wanted.find(message.task);
  if (wanted != state.wanted.end() && wanted->second.serving != message.serving) {
    wanted->second.serving = message.serving;
    want(self);
    if (message.user) state.waiting.push_back({state.generation, message.task, message.user, false});
  } else if (message.user) {
    self->send(message.user, SandboxQuiet{});
  }
}

void answer(Self self, const Waiting& waiting, const Result<NetworkSeen>& seen) {
  if (!waiting.for_sandbox) return self->send(waiting.user, SandboxQuiet{});
  if (!seen) return self->send(waiting.user, SandboxReady{seen.refusal()});
  const auto sandbox = std::find_if(seen->sandboxes.begin(), seen->sandboxes.end(),
                                    [&](const SandboxSeen& s) { return s.task == waiting.task; });
  if (sandbox != seen->sandboxes.end()) return self->send(waiting.user, SandboxReady{*sandbox});
  std::string why = "the network sandbox could not be made";
  for (const std::string& problem : seen->problems) why += "; " + problem;
  self->send(waiting.user, SandboxReady{Refusal{Errc::fault, why}});
}

void tell_problems(Self self, const std::vector<std::string>& problems) {
  if (problems == self->state.problems) return;
  for (const std::string& problem : problems) spdlog::warn("mesh: {}", problem);
  self->state.problems = problems;
}

void apply(Self self) {
  MeshState& state = self->state;
  state.apply_queued = false;
  WantedNetwork wanted;
  wanted.generation = state.generation;
  for (const auto& [task, sandbox] : state.wanted) wanted.sandboxes.push_back(sandbox);
  const Result<NetworkSeen> seen = state.args.plane->apply(wanted);
  tell_problems(self, seen ? seen->problems : std::vector<std::string>{seen.refusal().text});
  std::vector<Waiting> waiting;
  waiting.swap(state.waiting);
  for (const Waiting& one : waiting) answer(self, one, seen);
  const std::chrono::milliseconds look_again = state.problems.empty() ? kMeshSweep : kMeshRetry;
  self->delayed_send(self, look_again, MeshApply{++state.timer});
}

void on_apply(Self self, const MeshApply& message) {
  MeshState& state = self->state;
  if (message.timer != 0 && (message.timer != state.timer || state.apply_queued)) return;
  apply(self);
}

MeshActor::behavior_type mesh(Self self, const MeshArgs& args) {
  crash_loudly(self);
  self->state.args = args;
  for (const WantedSandbox& found : args.found) self->state.wanted[found.task] = found;
  self->state.apply_queued = true;
  self->send(self, MeshApply{});
  return {
      [self](const MeshAttach& message) { attach(self, message); },
      [self](const MeshServe& message) { serve(self, message); },
      [self](const MeshDetach& message) {
        if (self->state.wanted.erase(message.task) > 0) want(self);
      },
      [self](const MeshApply& message) { on_apply(self, message); },
  };
}

}  // namespace

MeshActor spawn_mesh(caf::actor_system& system, MeshArgs args) {
  return args.detached ? system.spawn<caf::detached>(mesh, std::move(args)) : system.spawn(mesh, std::move(args));
}

}  // namespace skein
