// The history actor: the View as it was, off the hot path.
//
// stands for   the past of the cluster on this node
// receives     ReadViewAt        from anybody: a short function to run against the View at a moment
// sends        nothing; answers through the reader it was given, with the View or the reason why not
// supervised   by the root
// invariants   holds one rebuilt View at most, the last one asked for: a later moment is reached by folding on
//              reads the log in bounded batches; blocking, so detached in production
#pragma once
#include <functional>

#include "actors/messages.h"

namespace caf {
class actor_system;
}

namespace skein {

struct HistoryArgs {
  const EventLog* log = nullptr;        // outlives the actor
  std::function<LogIndex()> committed;  // how far records may be shown
  bool detached = true;
};

HistoryActor spawn_history(caf::actor_system& system, HistoryArgs args);

// The View after record `index`, from the newest snapshot before it (or from `start`, if that is nearer). Refused: the
// log cannot be read.
Result<View> view_at(const EventLog& log, LogIndex index, std::optional<View> start = {});

}  // namespace skein
