// Ready: everything Raft wants done since the last one. A value; nothing in it refers back to Raft.
//
// The host's loop (actors/log_actor):
//
//   while (raft.has_ready()) {
//     Ready r = raft.take_ready();
//     send r.at_once; hand out r.committed in order; act on r.soft_state, r.reads, r.snapshots, r.fault
//     if (r.has_group) -> disk thread: log.append(r.group); when durable: send r.after_persist,
//                         raft.advance(r.persisted), and look for the next Ready
//   }
//
// Persistence contract: `after_persist` holds promises (votes, acknowledgements) and must not leave before the group
// is durable; `at_once` may leave while the disk is at work (a leader's appends overlap its own flush: thesis 10.2.1).
// One group is under way at a time: until advance() no further Ready carries one, so whatever arrives during a flush
// forms the next group (group commit). If the append fails, do not call advance(): stop the node.
// Records in `committed` are durable on a quorum and here.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/base/ids.h"
#include "events/base/result.h"
#include "events/raft/message.h"
#include "events/store/event_log.h"

namespace skein::raft {

enum class Role : unsigned char { follower, pre_candidate, candidate, leader };
const char* name_of(Role role);

struct SoftState {
  Role role = Role::follower;
  Term term;
  std::string leader;  // empty: unknown
  bool operator==(const SoftState&) const = default;
};

// Hands back which group is durable. Made by take_ready(), given to advance() unchanged.
struct Persisted {
  std::uint64_t group = 0;
};

// The answer to read_index(context): once the records up to `index` are folded, a read is linearizable.
// No index: leadership was lost or is unknown; ask again. A request may also go unanswered (a lost message).
struct ReadState {
  std::uint64_t context = 0;
  std::optional<LogIndex> index;
};

// `peer` needs records that are no longer in the log: send it a snapshot (the newest), then report_snapshot().
struct SnapshotWanted {
  std::string peer;
};

struct Ready {
  bool has_group = false;
  AppendGroup group;    // payloads included
  Persisted persisted;  // with has_group: for advance()
  std::vector<Message> at_once;
  std::vector<Message> after_persist;
  std::vector<RecordPtr> committed;
  std::optional<SoftState> soft_state;  // set when it changed
  std::vector<ReadState> reads;
  std::vector<SnapshotWanted> snapshots;
  std::optional<Refusal> fault;  // the log could not be read back: stop the node
};

}  // namespace skein::raft
