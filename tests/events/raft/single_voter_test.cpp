// A cluster of one: what a `docker swarm init` runs on.
#include <gtest/gtest.h>

#include "tests/events/raft/machine.h"

namespace skein::raft {
namespace {

class SingleVoter : public testing::Test {
 protected:
  SingleVoter() : machine{founder(), 1} {}
  static Config founder() {
    Config config;
    config.id = "a";
    config.addr = "10.0.0.1:2377";
    config.voters = {"a"};
    return config;
  }
  void lead() {
    machine.raft().campaign();
    machine.settle(out);
    ASSERT_EQ(machine.raft().role(), Role::leader);
  }
  Machine machine;
  std::vector<Message> out;
};

TEST_F(SingleVoter, ElectsItselfWithinTwoElectionTimeouts) {
  for (unsigned ticks = 0; ticks < 2 * machine.config().election_ticks; ++ticks) machine.raft().tick(0);
  EXPECT_EQ(machine.raft().role(), Role::candidate);
  machine.settle(out);
  EXPECT_EQ(machine.raft().role(), Role::leader);
  EXPECT_EQ(machine.raft().leader(), "a");
  EXPECT_TRUE(out.empty());
}

TEST_F(SingleVoter, LeadsOnlyOnceItsVoteIsDurable) {
  machine.raft().campaign();
  machine.collect(out);
  EXPECT_EQ(machine.raft().role(), Role::candidate);
  machine.flush(out);
  EXPECT_EQ(machine.raft().role(), Role::leader);
}

TEST_F(SingleVoter, OpensItsTermWithARecordThatNamesTheFounders) {
  machine.raft().tick(77);
  lead();
  ASSERT_EQ(machine.handed_out.size(), 1u);
  const Record& opening = *machine.handed_out[0];
  EXPECT_EQ(opening.at_ns(), 77);
  ASSERT_EQ(opening.events_size(), 2);
  EXPECT_EQ(opening.events(0).term_started().leader(), "a");
  ASSERT_EQ(opening.events(1).membership_changed().peers_size(), 1);
  EXPECT_EQ(opening.events(1).membership_changed().peers(0).addr(), "10.0.0.1:2377");
}

TEST_F(SingleVoter, CommitsWhenItsOwnDiskAcknowledges) {
  lead();
  const auto proposed = machine.raft().propose({draft("x"), draft("y")});
  ASSERT_TRUE(proposed);
  EXPECT_EQ(proposed->first, LogIndex{2});
  EXPECT_EQ(proposed->last, LogIndex{3});
  machine.collect(out);
  EXPECT_EQ(machine.raft().commit(), LogIndex{1});
  machine.flush(out);
  EXPECT_EQ(machine.raft().commit(), LogIndex{3});
  machine.settle(out);
  ASSERT_EQ(machine.handed_out.size(), 3u);
  EXPECT_EQ(label_of(*machine.handed_out[2]), "y");
}

TEST_F(SingleVoter, WhatArrivesDuringAFlushFormsTheNextGroup) {
  lead();
  ASSERT_TRUE(machine.raft().propose({draft("1")}));
  machine.collect(out);
  ASSERT_TRUE(machine.raft().propose({draft("2")}));
  ASSERT_TRUE(machine.raft().propose({draft("3")}));
  while (machine.collect(out)) continue;
  EXPECT_EQ(machine.disk().last(), LogIndex{1});
  machine.flush(out);
  EXPECT_EQ(machine.disk().last(), LogIndex{2});
  machine.collect(out);
  machine.flush(out);
  EXPECT_EQ(machine.disk().last(), LogIndex{4});
}

TEST_F(SingleVoter, TimeNeverGoesBackAlongTheLog) {
  lead();
  Record late = draft("late");
  late.set_at_ns(500);
  Record early = draft("early");
  early.set_at_ns(400);
  ASSERT_TRUE(machine.raft().propose({late, early}));
  machine.settle(out);
  EXPECT_EQ(machine.handed_out[2]->at_ns(), 500);
}

TEST_F(SingleVoter, PayloadsReachTheDiskWithTheirRecords) {
  lead();
  Payload payload;
  payload.set_data("secret");
  payload.set_digest("not the digest of it");
  ASSERT_TRUE(machine.raft().propose({draft("x")}, {payload}));
  const Ready ready = machine.raft().take_ready();
  ASSERT_TRUE(ready.has_group);
  ASSERT_EQ(ready.group.payloads.size(), 1u);
  EXPECT_EQ(ready.group.records.size(), 1u);
}

TEST_F(SingleVoter, AnswersAReadBarrierWithItsCommitIndex) {
  lead();
  ASSERT_TRUE(machine.raft().read_index(9));
  machine.settle(out);
  ASSERT_EQ(machine.reads.size(), 1u);
  EXPECT_EQ(machine.reads[0].context, 9u);
  EXPECT_EQ(machine.reads[0].index, LogIndex{1});
}

TEST_F(SingleVoter, RestartsWhereItStopped) {
  lead();
  ASSERT_TRUE(machine.raft().propose({draft("x")}));
  machine.settle(out);
  machine.crash();
  machine.restart();
  EXPECT_EQ(machine.raft().term(), Term{1});
  EXPECT_EQ(machine.raft().voted_for(), "a");
  EXPECT_EQ(machine.raft().last(), LogIndex{2});
  lead();
  EXPECT_EQ(machine.raft().term(), Term{2});
  EXPECT_EQ(machine.handed_out.size(), 3u);
}

TEST_F(SingleVoter, RefusesProposalsBeforeItLeads) {
  const auto refused = machine.raft().propose({draft("x")});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.refusal().code, Errc::unavailable);
}

}  // namespace
}  // namespace skein::raft
