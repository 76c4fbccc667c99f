#include "events/raft/quorum.h"

#include <algorithm>
#include <functional>

namespace skein::raft {

LogIndex quorum_index(std::vector<LogIndex> reached) {
  if (reached.empty()) return LogIndex{};
  const auto nth = reached.begin() + static_cast<std::ptrdiff_t>(majority(reached.size()) - 1);
  std::nth_element(reached.begin(), nth, reached.end(), std::greater<>{});
  return *nth;
}

Tally tally(std::span<const std::string> voters, const std::map<std::string, bool>& votes) {
  std::size_t granted = 0;
  std::size_t refused = 0;
  for (const std::string& voter : voters) {
    const auto vote = votes.find(voter);
    if (vote == votes.end()) continue;
    ++(vote->second ? granted : refused);
  }
  if (granted >= majority(voters.size())) return Tally::won;
  return voters.size() - refused < majority(voters.size()) ? Tally::lost : Tally::pending;
}

}  // namespace skein::raft
