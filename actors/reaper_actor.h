// The reaper actor: lets go of ended tasks that are no longer shown.
//
// stands for   the history limit, on the leader, for one term
// receives     TaskChanged              every task after a record
//              StateChanged<Service>    a service's restart policy may keep more
//              HistoryLimit             the cluster's task history limit
//              ReapNow                  from itself, kReapDelay after the first slot became dirty
// sends        AskTask{reap} to leadership
// supervised   by leadership, which ends it with the term; rebuilt from the seed
// invariants   looks only at slots that changed; asks once for each task (the record that reaps it takes it off)
//              the log keeps what is reaped: --at and log tail still show it
#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "actors/messages.h"

namespace caf {
class local_actor;
}

namespace skein {

inline constexpr std::chrono::milliseconds kReapDelay{250};

struct ReaperArgs {
  std::shared_ptr<const LeaderSeed> seed;
  WorldPtr world;
  TaskRouter router;
  std::string node_id;
};

ReaperActor spawn_reaper(caf::local_actor& parent, ReaperArgs args);

}  // namespace skein
