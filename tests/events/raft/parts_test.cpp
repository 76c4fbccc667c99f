// The small parts: configuration, membership, one follower's progress, messages on the wire.
#include <gtest/gtest.h>

#include "events/raft/config.h"
#include "events/raft/membership.h"
#include "events/raft/message.h"
#include "events/raft/progress.h"
#include "tests/events/raft/machine.h"

namespace skein::raft {
namespace {

Config good() {
  Config config;
  config.id = "a";
  config.voters = {"a", "b"};
  return config;
}

TEST(Config, RefusesNonsense) {
  const std::vector<void (*)(Config&)> spoilt = {
      [](Config& c) { c.id.clear(); },
      [](Config& c) { c.heartbeat_ticks = 0; },
      [](Config& c) { c.election_ticks = c.heartbeat_ticks; },
      [](Config& c) { c.election_ticks = 1'000'001; },
      [](Config& c) { c.inflight_max = 0; },
      [](Config& c) { c.bytes_per_append_max = 0; },
      [](Config& c) { c.committed_bytes_per_ready_max = 0; },
      [](Config& c) { c.uncommitted_bytes_max = 0; },
      [](Config& c) { c.voters.push_back("a"); },
      [](Config& c) { c.voters.emplace_back(); },
  };
  ASSERT_TRUE(good().validate());
  for (const auto spoil : spoilt) {
    Config config = good();
    spoil(config);
    const auto verdict = config.validate();
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.refusal().code, Errc::invalid);
  }
}

TEST(Membership, IsTheSameInWhateverOrderItWasNamed) {
  const std::string forth[] = {"a", "b", "c"};
  const std::string back[] = {"c", "b", "a"};
  EXPECT_EQ(Membership::of_voters(forth), Membership::of_voters(back));
}

TEST(Membership, LearnersDoNotVote) {
  Membership peers;
  RaftPeer learner;
  learner.set_id("l");
  learner.set_learner(true);
  peers.set(learner);
  EXPECT_TRUE(peers.has("l"));
  EXPECT_FALSE(peers.is_voter("l"));
  EXPECT_TRUE(peers.voters().empty());
}

TEST(MembershipHistory, SurvivesTheDiskAndStepsBackOnce) {
  const std::string one[] = {"a"};
  const std::string two[] = {"a", "b"};
  MembershipHistory history{Membership::of_voters(one)};
  history.change(LogIndex{5}, Membership::of_voters(two));
  MembershipHistory again = MembershipHistory::parse(history.serialized());
  EXPECT_EQ(again.now(), Membership::of_voters(two));
  EXPECT_EQ(again.index(), LogIndex{5});
  EXPECT_EQ(again.at(LogIndex{4}), Membership::of_voters(one));
  EXPECT_FALSE(again.cut_from(LogIndex{6}));
  EXPECT_TRUE(again.cut_from(LogIndex{5}));
  EXPECT_EQ(again.now(), Membership::of_voters(one));
}

TEST(Progress, ProbesOneMessageAtATime) {
  Progress progress{LogIndex{5}, 4};
  EXPECT_FALSE(progress.paused());
  progress.sent(LogIndex{9});
  EXPECT_TRUE(progress.paused());
  EXPECT_TRUE(progress.refused(LogIndex{4}, LogIndex{2}));
  EXPECT_EQ(progress.next(), LogIndex{3});
  EXPECT_FALSE(progress.paused());
}

TEST(Progress, IgnoresOldRefusals) {
  Progress progress{LogIndex{5}, 4};
  EXPECT_FALSE(progress.refused(LogIndex{3}, LogIndex{1}));
  EXPECT_TRUE(progress.accepted(LogIndex{4}));
  EXPECT_FALSE(progress.refused(LogIndex{4}, LogIndex{1}));
  EXPECT_EQ(progress.match(), LogIndex{4});
}

TEST(Progress, ReplicatesWithinItsWindow) {
  Progress progress{LogIndex{1}, 2};
  progress.accepted(LogIndex{0});
  EXPECT_EQ(progress.state(), Progress::State::replicate);
  progress.sent(LogIndex{1});
  progress.sent(LogIndex{2});
  EXPECT_TRUE(progress.paused());
  EXPECT_TRUE(progress.accepted(LogIndex{1}));
  EXPECT_FALSE(progress.paused());
  progress.sent(LogIndex{3});
  progress.answered();  // a full window does not stay shut for ever if its answers were lost
  EXPECT_FALSE(progress.paused());
  progress.probe();
  EXPECT_EQ(progress.next(), LogIndex{2});
}

TEST(Progress, GoesOnAfterASnapshotOnceAHeartbeatIsAnswered) {
  Progress progress{LogIndex{2}, 2};
  progress.await_snapshot();
  EXPECT_TRUE(progress.paused());
  progress.snapshot_done(LogIndex{7});
  EXPECT_EQ(progress.next(), LogIndex{8});
  EXPECT_TRUE(progress.paused());
  progress.answered();
  EXPECT_FALSE(progress.paused());
}

TEST(Message, ComesBackFromTheWireAsItWas) {
  Message message;
  message.head.set_version(kProtocolVersion);
  message.head.set_from("a");
  message.head.set_to("b");
  message.head.set_term(3);
  message.head.mutable_append_request()->set_prev_index(7);
  Record record = draft("x");
  record.set_index(8);
  record.set_term(3);
  message.records.push_back(std::make_shared<const Record>(record));
  RaftMessage wire;
  ASSERT_TRUE(wire.ParseFromString(to_wire(message).SerializeAsString()));
  const Message back = from_wire(std::move(wire));
  EXPECT_EQ(describe(back), "a->b term=3 append prev=7/0 commit=0 records=[8/3]");
  EXPECT_EQ(back.records.at(0)->SerializeAsString(), record.SerializeAsString());
  EXPECT_EQ(back.head.append_request().records_size(), 0);
}

}  // namespace
}  // namespace skein::raft
