// The node aggregate: one machine of the swarm, what it is asked to be and what is known of it.
//
//   (joined)      NodeJoined           by enrolment, once the join token was checked
//   UpdateNode    -> NodeSpecChanged | (nothing)      refused: revision, demoting the last manager or losing quorum
//   RemoveNode    -> NodeRemoved                      refused: a manager; ready and not forced
//   DescribeNode  -> NodeDescribed | (nothing)
//   SetNodeStatus -> NodeStatusChanged | (nothing)
//   (role)        NodeRoleChanged      once Raft's membership and the certificate followed the wish
//
// spec.role is the wish, role is the fact. Heartbeats are not events; only a changed verdict is.
// Not here: what becomes of the node's tasks (task::orphan, decided by the node's actor), leadership and reachability
// of managers (Raft knows). Source: swarmkit manager/controlapi/node.go, swarm-features section 2. Pure: any thread.
#pragma once
#include <cstddef>

#include "events/base/ids.h"
#include "events/domain/decision.h"
#include "events/proto/commands.pb.h"
#include "events/proto/events.pb.h"
#include "events/proto/state.pb.h"

namespace skein::node {

// What the node itself does not know but a decision about it needs.
struct NodeFacts {
  std::size_t managers = 0;    // nodes whose wished role is MANAGER, this one included
  bool in_raft = false;        // this node is a member of the Raft group
  bool quorum_without = true;  // the group keeps its quorum when this node leaves it
};

// The first event of a node. `joined.spec.role` is set to `joined.role`.
Event joined(const NodeId& id, NodeJoined joined);

Result<Decision> decide(const Node& state, const UpdateNode& command, const NodeFacts& facts,
                        const DecideContext& context);
Result<Decision> decide(const Node& state, const RemoveNode& command, const NodeFacts& facts,
                        const DecideContext& context);
Result<Decision> decide(const Node& state, const DescribeNode& command, const DecideContext& context);
Result<Decision> decide(const Node& state, const SetNodeStatus& command, const DecideContext& context);

// The node now has `role`; manager_addr ("host:port") goes with MANAGER. Nothing if it had it already.
Result<Decision> observe_role(const Node& state, NodeRole role, const std::string& manager_addr);

void evolve(Node& state, const Event& event, const RecordHead& head);

}  // namespace skein::node
