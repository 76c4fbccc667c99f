// The stream actor: an aggregate that is mostly at rest (a task, the cluster, a network, a secret, a config).
//
// stands for   one aggregate's stream on the leader, while something concerns it ("virtual actor")
// receives     Ask<State>        from its parent only: a decision to make over its newest state
//              ProposalResult    from the leadership actor, after the fold
// sends        Propose to the log; Rests{kind, id, asks taken in} to its parent when nothing is left to do
// supervised   by its parent; woken with its state from the view, ends by itself when the parent drops its handle
//              (so it must not be linked: CAF calls that end abnormal)
// invariants   one proposal in flight; no timers; every ask is answered once
#pragma once
#include <memory>
#include <string>

#include "actors/messages.h"

namespace caf {
class local_actor;
}

namespace skein {

// Who hears that the actor rests.
using RestSink = serves<void(Rests)>;

template <class State>
struct StreamArgs {
  Aggregate kind = Aggregate::log;
  std::shared_ptr<const State> state;
  LogActor log;
  WorldPtr world;
  RestSink parent;
};

template <class State>
StreamActor<State> spawn_stream(caf::local_actor& parent, StreamArgs<State> args);

extern template StreamActor<Task> spawn_stream<Task>(caf::local_actor&, StreamArgs<Task>);
extern template StreamActor<Cluster> spawn_stream<Cluster>(caf::local_actor&, StreamArgs<Cluster>);
extern template StreamActor<Network> spawn_stream<Network>(caf::local_actor&, StreamArgs<Network>);
extern template StreamActor<File> spawn_stream<File>(caf::local_actor&, StreamArgs<File>);

}  // namespace skein
