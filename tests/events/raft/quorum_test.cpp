// Fast counting against slow and obvious counting, on random input.
#include "events/raft/quorum.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "events/base/rng.h"

namespace skein::raft {
namespace {

LogIndex obvious_quorum_index(const std::vector<LogIndex>& reached) {
  LogIndex best;
  for (const LogIndex candidate : reached) {
    const auto have = std::ranges::count_if(reached, [&](LogIndex index) { return index >= candidate; });
    if (2 * static_cast<std::size_t>(have) > reached.size()) best = std::max(best, candidate);
  }
  return best;
}

// Every way the missing votes can fall: won if all are wins, lost if none is.
Tally obvious_tally(const std::vector<std::string>& voters, const std::map<std::string, bool>& votes) {
  bool always = true;
  bool ever = false;
  for (unsigned fate = 0; fate < 1U << voters.size(); ++fate) {
    std::size_t granted = 0;
    for (std::size_t i = 0; i < voters.size(); ++i) {
      const auto vote = votes.find(voters[i]);
      granted += vote == votes.end() ? fate >> i & 1U : static_cast<unsigned>(vote->second);
    }
    const bool wins = 2 * granted > voters.size();
    always = always && wins;
    ever = ever || wins;
  }
  return always ? Tally::won : ever ? Tally::pending : Tally::lost;
}

TEST(Quorum, IndexIsTheHighestThatAMajorityHasReached) {
  SeededRng rng{1};
  for (int round = 0; round < 5000; ++round) {
    std::vector<LogIndex> reached(rng.below(8));
    for (LogIndex& index : reached) index = LogIndex{rng.below(6)};
    EXPECT_EQ(quorum_index(reached), obvious_quorum_index(reached));
  }
}

TEST(Quorum, TallyIsDecidedOnceTheMissingVotesCannotMatter) {
  SeededRng rng{2};
  for (int round = 0; round < 5000; ++round) {
    std::vector<std::string> voters;
    std::map<std::string, bool> votes;
    const std::uint64_t count = rng.below(8);
    for (std::uint64_t i = 0; i < count; ++i) {
      voters.push_back(std::string(1, static_cast<char>('a' + i)));
      if (rng.below(3) != 0) votes.emplace(voters.back(), rng.below(2) == 0);
    }
    votes.emplace("stranger", rng.below(2) == 0);
    EXPECT_EQ(tally(voters, votes), obvious_tally(voters, votes));
  }
}

TEST(Quorum, NobodyIsNoQuorum) {
  EXPECT_EQ(quorum_index({}), LogIndex{});
  EXPECT_NE(tally({}, {}), Tally::won);
}

// 4.1: what makes changes by one peer safe, over all sizes up to nine.
TEST(Quorum, QuorumsBeforeAndAfterAChangeByOneShareAPeer) {
  for (std::size_t voters = 1; voters < 9; ++voters) EXPECT_GT(majority(voters) + majority(voters + 1), voters + 1);
}

}  // namespace
}  // namespace skein::raft
