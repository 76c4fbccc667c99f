// The view actor: folds what is committed, once for everybody on this node.
//
// stands for   the state of the cluster as of the last committed record this node knows
// receives     Committed         from the log actor: records to fold, in order
//              LeadLost          from the log actor; passed on in order
//              ReadView          from anybody: a short function to run against the View
// sends        Lead              to the leadership actor when a record opens this node's own term: the whole state
//              Folded            to the leadership actor while this node leads: what each record changed
//              LeadLost          to the leadership actor
// supervised   by the root; its end ends the process
// restarts as  the newest snapshot, then the records after it
// invariants   folds every record once and in order; a state digest that differs from the recorded one stops the node
// also         erases the payloads that events say are erased; announces the folded index to tails (CommitSignal), and
// has a snapshot saved every so many records
#pragma once
#include <functional>
#include <memory>

#include "actors/commit_signal.h"
#include "actors/log_disk.h"
#include "actors/messages.h"

namespace caf {
class actor_system;
}

namespace skein {

struct ViewArgs {
  std::shared_ptr<View> view;  // as of the snapshot; this actor's own from now on
  std::string node_id;
  LogDisk* disk = nullptr;         // for snapshots; outlives the actor
  CommitSignal* signal = nullptr;  // outlives the actor
  LeadershipActor leadership;
  std::function<void(const Refusal&)> give_up;
};

ViewActor spawn_view(caf::actor_system& system, ViewArgs args);

}  // namespace skein
