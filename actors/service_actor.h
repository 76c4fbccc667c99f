// The service actor: keeps one service's tasks as its spec wants them.
//
// stands for   one service and all its tasks, on the leader, for one term
// receives     Ask<Service>          decisions about the service itself (update, removal, progress, births)
//              StateChanged<Service> the service after a record; removed: its tasks must go
//              TaskChanged           one of its tasks after a record
//              NodesChanged          the node table
//              AskTask               something for one of its tasks: wakes that task's actor
//              ReconcileNow          from itself: changes have been taken in, look at the whole
//              Rests                 a task's actor has nothing left to do
//              ProposalResult        of its own proposals
// sends        Propose to the log; Ask<Task> to its tasks' actors; ServiceGone to leadership when nothing is left
// supervised   by leadership, which ends it with the term; rebuilt from the seed
// invariants   one proposal in flight for the service's stream, births included; a wish that is under way is not made
//              again; one timer (older generations are ignored)
#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actors/messages.h"

namespace caf {
class local_actor;
}

namespace skein {

using ServiceParent = serves<void(ServiceGone)>;

struct ServiceArgs {
  std::string id;
  ServicePtr service;  // nullptr: it was removed, its tasks are left
  std::vector<std::pair<TaskPtr, SpecPtr>> tasks;
  std::shared_ptr<const NodeTable> nodes;
  LogActor log;
  WorldPtr world;
  ServiceParent parent;
  std::string node_id;  // this manager's
};

ServiceActor spawn_service(caf::local_actor& parent, ServiceArgs args);

}  // namespace skein
