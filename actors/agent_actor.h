// The agent actor: runs what this node is assigned, with or without a leader in reach.
//
// stands for   this node as a worker
// receives     SessionOpened     a leader has a session for this node; answered with NodeSaysHello and every status
//              AssignmentsFor    from the leader: first the complete set, then changes
//              RunnerReport, RunnerGone   from its runners
//              ContainerExited   from the executor, for the runner of that task
//              FlushReports      from itself: reports gather for kReportDelay
// sends        NodeSaysHello, Reports to the session; RunnerAssigned, RunnerDismissed to runners
// supervised   by the root
// restarts as  containers found by the executor wait for the complete set: those in it are adopted, the rest removed
// invariants   one runner a task; while no leader is in reach everything runs on and reports are kept; the newest
// status
//              of each task is sent again when a session opens, so nothing is lost with a session
#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "actors/node_messages.h"

namespace caf {
class actor_system;
}

namespace skein {

inline constexpr std::chrono::milliseconds kReportDelay{1};

struct AgentArgs {
  NodeDescription description;
  std::vector<FoundContainer> found;
  Executor* executor = nullptr;  // outlives the actor system
  MeshActor mesh;
  WorldPtr world;
};

AgentActor spawn_agent(caf::actor_system& system, AgentArgs args);

}  // namespace skein
