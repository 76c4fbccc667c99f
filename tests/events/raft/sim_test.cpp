// Hundreds of seeds: nothing is violated while everything goes wrong, and all is well soon after.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "tests/events/raft/sim.h"

namespace skein::raft {
namespace {

struct Totals {
  std::uint64_t committed = 0;
  unsigned changes = 0;
  unsigned reads = 0;
  unsigned snapshots = 0;
};

Totals run_seeds(std::uint64_t first, std::uint64_t count, unsigned voters, unsigned spares) {
  Totals totals;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    Sim sim{{seed, voters, spares, 2000, {}}};
    const auto violated = sim.run();
    EXPECT_FALSE(violated) << *violated;
    totals.committed += sim.committed().value();
    totals.changes += sim.changes();
    totals.reads += sim.reads();
    totals.snapshots += sim.snapshots();
  }
  return totals;
}

TEST(RaftSim, ThreeMachinesKeepTheirPromisesAndRecover) {
  const Totals totals = run_seeds(1, 150, 3, 0);
  EXPECT_GT(totals.committed, 150u * 50);  // the faults must not be all there is
  EXPECT_GT(totals.reads, 150u);
}

TEST(RaftSim, FiveMachinesKeepTheirPromisesAndRecover) {
  const Totals totals = run_seeds(1001, 100, 5, 0);
  EXPECT_GT(totals.committed, 100u * 50);
  EXPECT_GT(totals.snapshots, 20u);
}

TEST(RaftSim, MembershipMayChangeMeanwhile) {
  const Totals totals = run_seeds(2001, 100, 3, 2);
  EXPECT_GT(totals.changes, 100u);
}

TEST(RaftSim, OneSeedAlwaysRunsTheSameWay) {
  Sim first{{7, 3, 1, 1000, {}}};
  Sim second{{7, 3, 1, 1000, {}}};
  EXPECT_FALSE(first.run());
  EXPECT_FALSE(second.run());
  EXPECT_EQ(first.last_draw(), second.last_draw());
  EXPECT_EQ(first.committed(), second.committed());
}

// Each rule switched off must be noticed, by a witness or by a CHECK: else the simulator proves nothing about it.
void run_without(Rules rules, unsigned voters, unsigned spares) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    Sim sim{{seed, voters, spares, 2000, rules}};
    if (const auto violated = sim.run()) {
      std::fprintf(stderr, "noticed: %s\n", violated->c_str());
      std::abort();
    }
  }
}

TEST(RaftSimDeathTest, NoticesPromisesThatLeaveBeforeTheyAreDurable) {
  Rules rules;
  rules.persist_before_promise = false;
  EXPECT_DEATH(run_without(rules, 3, 0), "");
}

TEST(RaftSimDeathTest, NoticesASecondVoteInOneTerm) {
  Rules rules;
  rules.one_vote_a_term = false;
  EXPECT_DEATH(run_without(rules, 3, 0), "");
}

TEST(RaftSimDeathTest, NoticesVotesForIncompleteLogs) {
  Rules rules;
  rules.compare_logs_on_vote = false;
  EXPECT_DEATH(run_without(rules, 3, 0), "");
}

TEST(RaftSimDeathTest, NoticesReadsThatNobodyConfirmed) {
  Rules rules;
  rules.confirm_lead_before_read = false;
  EXPECT_DEATH(run_without(rules, 3, 0), "");
}

}  // namespace
}  // namespace skein::raft
