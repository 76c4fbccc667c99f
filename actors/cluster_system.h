// ClusterSystem: the actor system of one node that is a manager of a swarm, and the Gateway through which the rest of
// the process uses it. The supervision tree, in one place:
//
//   root -> { log, view, history } · { leadership -> directory, scheduler, reaper, nodes, services, streams }
//        · { agent -> runners } · { mesh }
//
// Any actor of the first rank that ends by itself, and any exception in a handler, ends the process: the state is in
// the log, and a restart folds it again. Ownership: everything in `Parts` is the caller's and outlives this.
// Destruction stops intake, ends the actors, joins the disk thread; containers run on. Threads: the Gateway's calls
// from any; never from an actor.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/ports/executor.h"
#include "actors/ports/gateway.h"
#include "actors/ports/network_plane.h"
#include "events/base/clock.h"
#include "events/base/rng.h"
#include "events/store/event_log.h"

namespace skein {

struct ClusterParts {
  std::string node_id;
  std::string addr;  // where other managers reach this one
  EventLog* log = nullptr;
  Executor* executor = nullptr;
  NetworkPlane* plane = nullptr;
  const Clock* clock = nullptr;
  std::function<std::unique_ptr<Rng>()> make_rng;
  NodeDescription description;
  std::vector<FoundContainer> found;            // what Executor::recover() said
  std::vector<WantedSandbox> found_sandboxes;   // and the sandboxes those live in
  std::function<void(const Refusal&)> give_up;  // the log can no longer be trusted or written
  bool in_one_thread = false;                   // no detached actors (tests)
};

class ClusterSystem : public Gateway {
 public:
  // Ends all actors and waits for them; containers run on. Later calls of the Gateway are answered "unavailable", tails
  // end. The destructor calls it.
  virtual void stop() = 0;

  // Recovers from the log and starts. Refused: the log cannot be read.
  static Result<std::unique_ptr<ClusterSystem>> start(ClusterParts parts);
};

}  // namespace skein
