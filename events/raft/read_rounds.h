// ReadRounds: a leader's read barriers (thesis 6.4). One round of heartbeats is under way at a time; requests that come
// meanwhile wait and share the next, so many reads cost one round trip (as group commit does for writes).
//
// Invariant: a round's index is the commit index when it began, at or after every request in it.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "events/base/ids.h"

namespace skein::raft {

struct ReadRequest {
  std::string from;  // peer
  std::uint64_t context = 0;
};

struct ReadRounds {
  std::vector<ReadRequest> waiting;
  std::vector<ReadRequest> asked;  // in the round under way
  std::uint64_t round = 0;         // number of the round under way or last done; never reused within a term
  LogIndex index;
  std::map<std::string, bool> heard;  // peers that answered this round
};

}  // namespace skein::raft
