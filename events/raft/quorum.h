// Quorum: counting, and nothing else. A quorum is a strict majority of the voters; no voters never make one.
#pragma once
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "events/base/ids.h"

namespace skein::raft {

enum class Tally : unsigned char { pending, won, lost };

inline constexpr std::size_t majority(std::size_t voters) { return voters / 2 + 1; }
// The highest index that a majority has reached: entry at it is on a quorum. 0 for no voters.
LogIndex quorum_index(std::vector<LogIndex> reached);
// Votes of peers who are no voters do not count. Lost: enough refused that no majority can be had any more.
Tally tally(std::span<const std::string> voters, const std::map<std::string, bool>& votes);

}  // namespace skein::raft
