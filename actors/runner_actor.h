// The runner actor: one task on the node that runs it.
//
// stands for   one assigned task and its container
// receives     RunnerAssigned     from the agent: a later desired state
//              RunnerDismissed    from the agent: nobody wants it any more; end it, remove it
//              ContainerAnswer    from the executor: what it was asked for is done, or why not
//              ContainerExited    from the agent: its container ended
//              SandboxReady, SandboxQuiet   from the mesh
//              RunnerTick         from itself
// sends        RunnerReport and, last, RunnerGone to the agent; MeshAttach, MeshServe, MeshDetach to the mesh
// supervised   by the agent. Containers outlive it: a new life of the daemon adopts them
// invariants   holds a TaskProgress and carries out its effects; at most one executor call under way
#pragma once
#include <memory>
#include <optional>

#include "actors/node_messages.h"

namespace caf {
class local_actor;
}

namespace skein {

struct RunnerArgs {
  AssignedTaskPtr task;
  std::optional<FoundContainer> found;
  Executor* executor = nullptr;  // outlives the actor system
  MeshActor mesh;
  WorldPtr world;
  RunnerParent parent;
};

RunnerActor spawn_runner(caf::local_actor& parent, RunnerArgs args);

}  // namespace skein
