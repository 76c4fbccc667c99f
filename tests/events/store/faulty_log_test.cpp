// FaultyLog fails as it says, and only then.
#include "events/store/faulty_log.h"

#include <gtest/gtest.h>

#include "events/store/memory_log.h"
#include "tests/events/store/store_fixture.h"

namespace skein {
namespace {

using Fault = FaultyLog::Fault;

class FaultyLogTest : public testing::Test {
 protected:
  FaultyLog log{std::make_unique<MemoryLog>()};
  RecordMaker maker;
};

TEST_F(FaultyLogTest, PassesEverythingThroughWhenNothingIsWrong) {
  ASSERT_TRUE(log.append(group_of(maker.make_many(3))));
  EXPECT_EQ(read_all(log).size(), 3u);
  EXPECT_EQ(log.last_digest(), maker.last().digest);
}

TEST_F(FaultyLogTest, ADiskThatWasFullTakesTheNextAppend) {
  const AppendGroup group = group_of(maker.make_many(2));
  log.fail_next_append(Fault::disk_full);
  EXPECT_NE(log.append(group).refusal().text.find("no space left"), std::string::npos);
  EXPECT_EQ(log.last(), LogIndex{0});
  EXPECT_TRUE(log.append(group));
}

TEST_F(FaultyLogTest, AFailureBeforeTheWriteLeavesNothingAndStopsTheLog) {
  const AppendGroup group = group_of(maker.make_many(2));
  log.fail_next_append(Fault::before_write);
  EXPECT_FALSE(log.append(group));
  EXPECT_FALSE(log.append(group)) << "stopped until opened again";
  EXPECT_FALSE(log.save_snapshot(snapshot_at(1, 1)));
  log.reopen();
  EXPECT_EQ(log.last(), LogIndex{0});
  EXPECT_TRUE(log.append(group));
}

TEST_F(FaultyLogTest, AFailureAfterTheWriteIsFoundAgainOnReopening) {
  log.fail_next_append(Fault::after_write);
  EXPECT_FALSE(log.append(group_of(maker.make_many(2))));
  EXPECT_TRUE(log.stopped());
  log.reopen();
  EXPECT_EQ(log.last(), LogIndex{2});
}

TEST_F(FaultyLogTest, ATornAppendLeavesTheFirstHalfWithoutItsHardState) {
  AppendGroup group = group_of(maker.make_many(4));
  group.hard_state = HardState{Term{2}, "", LogIndex{4}, ""};
  log.fail_next_append(Fault::torn);
  EXPECT_FALSE(log.append(group));
  log.reopen();
  EXPECT_EQ(log.last(), LogIndex{2});
  EXPECT_EQ(log.hard_state(), HardState{});
}

TEST_F(FaultyLogTest, LostGroupsVanishWithTheirHardStateAndBringBackWhatTheyCutOff) {
  const auto old = maker.make_many(5);
  AppendGroup first = group_of(old);
  first.hard_state = HardState{Term{1}, "a", LogIndex{0}, ""};
  ASSERT_TRUE(log.append(first));
  maker.rewind_to(*old[2]);
  AppendGroup conflict = group_of({maker.make(2)});
  conflict.truncate_from = LogIndex{4};
  conflict.hard_state = HardState{Term{2}, "b", LogIndex{4}, ""};
  ASSERT_TRUE(log.append(conflict));
  ASSERT_TRUE(log.append(group_of({maker.make()})));
  log.lose_unsynced(2);
  EXPECT_EQ(log.last(), LogIndex{5}) << "nothing is lost before the restart";
  log.reopen();
  EXPECT_EQ(log.last_digest(), old.back()->digest());
  EXPECT_EQ(log.hard_state(), *first.hard_state);
  EXPECT_EQ(read_all(log).size(), 5u);
}

TEST_F(FaultyLogTest, AFlippedByteIsFoundByEveryReadThatCoversIt) {
  ASSERT_TRUE(log.append(group_of(maker.make_many(6))));
  for (const std::uint64_t index : {1u, 4u}) {
    log.flip_byte(LogIndex{index});
    const auto read = log.read(LogIndex{1}, {});
    ASSERT_FALSE(read);
    EXPECT_EQ(read.refusal().code, Errc::fault);
    EXPECT_NE(read.refusal().text.find("record " + std::to_string(index)), std::string::npos);
    EXPECT_TRUE(log.read(LogIndex{5}, {}));
    log.heal();
  }
  EXPECT_EQ(read_all(log).size(), 6u);
}

TEST_F(FaultyLogTest, OneSeedDrawsTheSameFaults) {
  const auto run = [](std::uint64_t seed) {
    FaultyLog faulty{std::make_unique<MemoryLog>()};
    SeededRng rng{seed};
    faulty.set_odds(rng, {.disk_full = 100'000, .before_write = 100'000, .after_write = 100'000});
    std::string outcomes;
    for (int i = 0; i < 300; ++i) {
      RecordMaker another{LogPosition{faulty.last(), faulty.last_term(), i * 10, faulty.last_digest()}};
      outcomes += faulty.append(group_of({another.make()})) ? '.' : faulty.stopped() ? 'x' : 'f';
      faulty.reopen();
    }
    return outcomes;
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
  EXPECT_NE(run(1).find('x'), std::string::npos);
  EXPECT_NE(run(1).find('f'), std::string::npos);
  EXPECT_NE(run(1).find('.'), std::string::npos);
}

}  // namespace
}  // namespace skein
