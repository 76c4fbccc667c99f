// The leadership actor: the leader's part of this node. It starts what only a leader runs, and is the one door to it.
//
// stands for   this node's lead, or its lack
// receives     Lead             from the view actor: this node's own term is open; the whole state
//              LeadLost         from the view actor
//              Folded           from the view actor: records of this term; each change goes to whom it concerns, then
//                               each proposer hears of its result
//              Submit           a command from outside; answered once, also when nobody leads
//              AskTask          for a task, by way of its service's actor
//              AskAggregate     for any other aggregate: wakes its actor if it is at rest
//              Rests, ServiceGone   from children
//              GiveUpWaiting    from itself: commands that came before a lead waited long enough
//              ProposalResult   of the state digests it records
// sends        to its children what concerns them; Propose (state digests) to the log
// supervised   by the root; its end ends the process
// restarts as  Lead: everything below is rebuilt from the seed at every change of lead, so recovery is not special
// children     directory, scheduler, reaper, a node actor a node, a service actor a service (also for a removed one
//              that still has tasks), stream actors for the cluster, networks, secrets and configs while awake.
//              They end with the term.
// invariants   commands are remembered by id: a repeated one gets the first outcome, also while the first is under way
#pragma once
#include <memory>
#include <string>

#include "actors/node_messages.h"

namespace caf {
class actor_system;
}

namespace skein {

struct LeadershipArgs {
  std::string node_id;
  WorldPtr world;
  AgentSession agent;             // this node's own agent
  std::function<LogActor()> log;  // the log actor is spawned last
};

LeadershipActor spawn_leadership(caf::actor_system& system, LeadershipArgs args);

}  // namespace skein
