// The mesh actor: this node's wanted network, made true by difference.
//
// stands for   the kernel's networking objects of this node that are ours
// receives     MeshAttach    from a runner: a sandbox for its task; answered SandboxReady once the kernel has it
//              MeshServe     from a runner: balance to it, or no more; answered SandboxQuiet (if it named itself) once
//                            the kernel is true to it
//              MeshDetach    from a runner: its sandbox goes
//              MeshApply     from itself: wants have gathered (or it is time to look again), make the kernel true
// sends        SandboxReady, SandboxQuiet
// supervised   by the root; blocking, so detached in production
// restarts as  what runners ask for again; the plane reads what the kernel has, so nothing is torn down in between
// invariants   one apply for all that was asked meanwhile; what could not be made true is tried again every
//              kMeshRetry, and everything is looked at again every kMeshSweep (a sweep over a right kernel writes
//              nothing)
#pragma once
#include <chrono>
#include <memory>
#include <vector>

#include "actors/node_messages.h"

namespace caf {
class actor_system;
}

namespace skein {

inline constexpr std::chrono::milliseconds kMeshRetry{1000};
inline constexpr std::chrono::seconds kMeshSweep{30};

struct MeshArgs {
  NetworkPlane* plane = nullptr;     // outlives the actor system
  std::vector<WantedSandbox> found;  // of containers an earlier life left running: wanted until detached
  bool detached = true;
};

MeshActor spawn_mesh(caf::actor_system& system, MeshArgs args);

}  // namespace skein
