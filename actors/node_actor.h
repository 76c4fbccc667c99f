// The node actor: one machine as the leader sees it, and the leader's end of that machine's session.
//
// stands for   one node and its assignment set, on the leader, for one term
// receives     Ask<Node>            decisions about the node (availability, labels, role, removal)
//              StateChanged<Node>   the node after a record
//              TaskForNode          a task assigned to it, after a record; `removed`: reaped
//              FlushAssignments     from itself: changes have gathered, send them
//              NodeSaysHello        from its agent: it is there; answered with the complete assignment set
//              Reports              from its agent: what it observed; each goes to the task by way of the router
//              ProposalResult       of its own proposals
// sends        AssignmentsFor to the agent; AskTask to leadership; Propose to the log
// supervised   by leadership, which ends it with the term; rebuilt from the seed
// invariants   the agent gets one complete set first, then changes, in log order; reports about tasks that are not
//              assigned to this node are dropped (a node speaks for its own tasks only)
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "actors/node_messages.h"

namespace caf {
class local_actor;
}

namespace skein {

struct NodeArgs {
  NodePtr node;
  std::vector<TaskForNode> tasks;
  AgentSession agent;  // empty: no session with it yet
  LogActor log;
  WorldPtr world;
  TaskRouter router;
  Term term;  // of the lead it belongs to
};

NodeActor spawn_node(caf::local_actor& parent, NodeArgs args);

}  // namespace skein
