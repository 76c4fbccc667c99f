// The log actor: this manager's part in consensus.
//
// stands for   the replicated log on this node; hosts the Raft machine and keeps its persistence contract
// receives     Propose           from aggregates' actors: one decision, to become one record
//              GroupPersisted    from the disk: the group handed to it is durable (or could not be written)
//              RaftTick          from itself, every kRaftTick
// sends        Committed         to the view actor, in log order, each record once
//              ProposalResult    to a proposer only when its proposal is refused or its outcome became unknown;
//                                a commit is told by the leadership actor, after the fold
//              LeadLost          to the view actor, which passes it on in order
// supervised   by the root; its end ends the process (the state is in the log)
// restarts as  whatever the EventLog holds; committed records after `applied` are handed out again
// invariants   one group at the disk at a time; a proposal is answered once; never timed out into "failed"
//
// A disk that is full is a fault that passes: the group is tried again, new proposals are refused meanwhile, those
// under way are told "outcome unknown". Once there is room the lead is given up and, by a single manager, taken again
// in a new term, whose actors start from the log: nothing that was refused meanwhile stays undone. Any other failure of
// the log stops the process with the reason.
#pragma once
#include <chrono>
#include <functional>
#include <memory>

#include "actors/log_disk.h"
#include "actors/messages.h"
#include "events/raft/config.h"

namespace caf {
class actor_system;
}

namespace skein {

inline constexpr std::chrono::milliseconds kRaftTick{100};

struct LogArgs {
  raft::Config raft;
  raft::Recovered recovered;
  LogDisk* disk = nullptr;  // outlives the actor
  ViewActor view;
  WorldPtr world;
  std::function<void(const Refusal&)> give_up;  // the log can no longer be trusted or written: ends the process
};

LogActor spawn_log(caf::actor_system& system, LogArgs args);

}  // namespace skein
