// Conflict: where two logs may still meet, and whether a record continues a log. Pure reading.
//
// Terms never fall along a log, so the search halves: a follower far behind costs the leader a few reads, not one a
// record. Source: paper 5.3; the search by term on both sides is etcd raft's (findConflictByTerm).
#pragma once
#include "events/base/ids.h"
#include "events/base/result.h"
#include "events/proto/record.pb.h"
#include "events/raft/log_tail.h"
#include "events/store/event_log.h"

namespace skein::raft {

struct LogPlace {
  LogIndex index;
  Term term;
};

// The last place at or before `from` whose term is at most `term`. Where the log no longer reaches back, the place
// before its first record with term 0 (unknown).
Result<LogPlace> last_not_newer_than(const LogTail& log, LogIndex from, Term term);

// Whether `record`, sent by the leader of `leader_term`, may follow `position`. Refused (fault): index, term, time or
// digest do not continue from there.
Result<void> continues(const LogPosition& position, const Record& record, Term leader_term);

}  // namespace skein::raft
