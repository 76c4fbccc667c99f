// The scheduler actor: gives waiting tasks a node, and always says why not.
//
// stands for   placement, on the leader, for one term
// receives     TaskChanged      every task after a record
//              NodesChanged     the node table
//              PlaceNow         from itself, kPlaceDelay after the first change: a batch gathers meanwhile
// sends        AskTask{assign} and AskTask{hold_back} to leadership
// supervised   by leadership, which ends it with the term; rebuilt from the seed
// invariants   a task is asked to be assigned once; until the log shows the result its resources count as taken; work
//              follows what changed, not the cluster's size
#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "actors/messages.h"

namespace caf {
class local_actor;
}

namespace skein {

inline constexpr std::chrono::milliseconds kPlaceDelay{2};

struct SchedulerArgs {
  std::shared_ptr<const LeaderSeed> seed;
  WorldPtr world;
  TaskRouter router;
  std::string node_id;
};

SchedulerActor spawn_scheduler(caf::local_actor& parent, SchedulerArgs args);

}  // namespace skein
