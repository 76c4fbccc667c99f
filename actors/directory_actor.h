// The directory actor: births and what must be unique.
//
// stands for   the names of services, networks, secrets and configs, and the published ports, on the leader
// receives     Submit            create commands; and those that touch what is unique or referenced: service updates
//                                (ports), removals of networks, secrets and configs (in use?)
//              FoldedRecordPtr   every record that changes one of these aggregates
//              PortsSettled      an update that claimed ports has ended
//              ProposalResult    of its own births
// sends        Propose to the log (births); AskAggregate to the leadership actor (everything else)
// supervised   by leadership; ends with the term; rebuilt from the seed
// invariants   a name is given once, also while its birth is under way; commands that claim ports go one at a time, so
//              that two cannot be granted the same port
#pragma once
#include <memory>

#include "actors/messages.h"

namespace caf {
class local_actor;
}

namespace skein {

struct DirectoryArgs {
  std::shared_ptr<const LeaderSeed> seed;
  LogActor log;
  WorldPtr world;
  AggregateRouter router;
  std::string node_id;
};

DirectoryActor spawn_directory(caf::local_actor& parent, DirectoryArgs args);

}  // namespace skein
