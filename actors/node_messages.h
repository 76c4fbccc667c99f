// Node messages: what goes between the leader's node actor, this node's agent, its runners and the mesh. The rules are
// those of messages.h: plain structs, one way, what is large is shared and immutable.
#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actors/messages.h"
#include "actors/ports/executor.h"
#include "actors/ports/network_plane.h"
#include "events/proto/session.pb.h"

namespace skein {

// ---- agents ----
struct TaskForNode {
  TaskPtr task;
  SpecPtr spec;
  bool removed = false;
  std::vector<std::pair<FilePtr, bool>> files;  // secrets (true) and configs that the spec refers to
};
struct FlushAssignments {};
struct AssignmentsFor {
  std::shared_ptr<const Assignments> assignments;
};
struct Reports {
  std::shared_ptr<const std::vector<TaskReport>> reports;
};
struct FlushReports {};
struct NodeSaysHello {
  NodeDescription description;
};

struct RunnerAssigned {
  AssignedTaskPtr task;
};
struct RunnerDismissed {};
struct RunnerTick {
  std::uint64_t generation = 0;
};
struct RunnerReport {
  std::string task_id;
  std::vector<TaskStatus> statuses;
};
struct RunnerGone {
  std::string task_id;
};
struct ContainerAnswer {
  enum class Kind : unsigned char { prepared, started, stopped, removed };
  Kind kind = Kind::prepared;
  Result<ContainerInfo> info = ContainerInfo{};
};
struct ContainerExited {
  ContainerExit exit;
};

// ---- mesh ----
struct SandboxReady {
  Result<SandboxSeen> sandbox = SandboxSeen{};
};
struct SandboxQuiet {};
using SandboxUser = serves<void(SandboxReady), void(SandboxQuiet)>;
struct MeshAttach {
  WantedSandbox sandbox;
  SandboxUser user;
};
struct MeshServe {
  TaskId task;
  bool serving = false;
  SandboxUser user;
};
struct MeshDetach {
  TaskId task;
};
struct MeshApply {
  std::uint64_t timer = 0;  // 0: wants have gathered; else the timer's generation
};

// ---- handles ----
using RunnerActor = serves<void(RunnerAssigned), void(RunnerDismissed), void(RunnerTick), void(ContainerAnswer),
                           void(ContainerExited), void(SandboxReady), void(SandboxQuiet)>;
using RunnerParent = serves<void(RunnerReport), void(RunnerGone)>;
using NodeSession = serves<void(NodeSaysHello), void(Reports)>;  // what an agent may say to the leader
struct SessionOpened {
  NodeSession session;
  Term term;  // of the leader it is with; sessions of earlier terms may be told of later
};
using AgentActor = serves<void(SessionOpened), void(AssignmentsFor), void(FlushReports), void(RunnerReport),
                          void(RunnerGone), void(ContainerExited)>;
using AgentSession = serves<void(SessionOpened), void(AssignmentsFor)>;  // what the leader may say to an agent
using MeshActor = serves<void(MeshAttach), void(MeshServe), void(MeshDetach), void(MeshApply)>;
using NodeActor = serves<void(Ask<Node>), void(StateChanged<Node>), void(TaskForNode), void(FlushAssignments),
                         void(NodeSaysHello), void(Reports), void(ProposalResult)>;

}  // namespace skein

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::TaskForNode)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::FlushAssignments)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::AssignmentsFor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::Reports)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::FlushReports)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::NodeSaysHello)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::RunnerAssigned)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::RunnerDismissed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::RunnerTick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::RunnerReport)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::RunnerGone)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::ContainerAnswer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::ContainerExited)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::SandboxReady)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::SandboxQuiet)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::MeshAttach)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::MeshServe)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::MeshDetach)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::MeshApply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::SessionOpened)
