// LogTail against a disk that is behind: what is durable, what is ours, what was cut off while it was being written.
#include "events/raft/log_tail.h"

#include <gtest/gtest.h>

#include "events/base/rng.h"
#include "events/raft/conflict.h"
#include "events/store/chain.h"
#include "events/store/memory_log.h"
#include "tests/events/raft/machine.h"

namespace skein::raft {
namespace {

class LogTailTest : public testing::Test {
 protected:
  void append(std::uint64_t term) {
    Record record = draft("t" + std::to_string(term));
    record.set_index(tail.last().index.value() + 1);
    record.set_term(term);
    record.set_digest(chain_digest(tail.last().digest, record));
    tail.append(std::make_shared<const Record>(std::move(record)));
  }
  AppendGroup take() {
    AppendGroup group;
    tail.take_unsaved(group);
    return group;
  }
  void save(const AppendGroup& group) {
    ASSERT_TRUE(disk.append(group));
    tail.saved();
  }
  MemoryLog disk;
  StoredLog reader{disk};
  LogTail tail{log_start(), reader, 0};
};

TEST_F(LogTailTest, AFlushAcknowledgesNothingThatWasCutOffMeanwhile) {
  append(1);
  append(1);
  append(1);
  const AppendGroup first = take();
  ASSERT_TRUE(tail.truncate_from(LogIndex{2}));
  append(2);
  save(first);
  EXPECT_EQ(tail.persisted(), LogIndex{1});
  EXPECT_EQ(disk.last(), LogIndex{3});
  const AppendGroup second = take();
  EXPECT_EQ(second.truncate_from, LogIndex{2});
  save(second);
  EXPECT_EQ(tail.persisted(), LogIndex{2});
  EXPECT_EQ(disk.last_digest(), tail.last().digest);
}

TEST_F(LogTailTest, CuttingOffWhatWasNeverTakenTellsTheDiskNothing) {
  append(1);
  save(take());
  append(1);
  ASSERT_TRUE(tail.truncate_from(LogIndex{2}));
  EXPECT_FALSE(tail.has_unsaved());
}

TEST_F(LogTailTest, ReadsBackWhatItForgot) {
  for (std::uint64_t term : {1, 1, 2, 3}) append(term);
  save(take());
  tail.forget(LogIndex{3});
  EXPECT_EQ(tail.bytes_after(LogIndex{3}), tail.bytes_after(LogIndex{}));
  EXPECT_EQ(*tail.term_at(LogIndex{2}), Term{1});
  const auto old = tail.read(LogIndex{1}, LogIndex{4}, 1 << 20);
  ASSERT_TRUE(old);
  EXPECT_EQ(old->size(), 3u);  // up to the window; the next read goes on from there
  ASSERT_TRUE(tail.truncate_from(LogIndex{2}));
  EXPECT_EQ(tail.last().term, Term{1});
  append(5);
  save(take());
  EXPECT_EQ(disk.last(), LogIndex{2});
}

TEST_F(LogTailTest, ForgetsOnlyWhatIsDurable) {
  append(1);
  append(1);
  tail.forget(LogIndex{2});
  EXPECT_GT(tail.bytes_after(LogIndex{0}), 0u);
  EXPECT_TRUE(tail.at(LogIndex{1}));
}

TEST_F(LogTailTest, ASnapshotReplacesTheLogOnceItsGroupIsDurable) {
  append(1);
  save(take());
  LogPosition start = log_start();
  start.index = LogIndex{10};
  start.term = Term{4};
  tail.restart_after(start);
  EXPECT_EQ(tail.persisted(), LogIndex{1});
  EXPECT_FALSE(tail.at(LogIndex{1}));  // still on the disk, but no longer ours
  append(4);
  const AppendGroup group = take();
  ASSERT_TRUE(group.restart_after);
  save(group);
  EXPECT_EQ(tail.persisted(), LogIndex{11});
  EXPECT_EQ(tail.first(), LogIndex{11});
}

TEST_F(LogTailTest, ReadsAtLeastOneRecordAndNoMoreThanTheBytesAllow) {
  for (int i = 0; i < 5; ++i) append(1);
  EXPECT_EQ(tail.read(LogIndex{1}, LogIndex{5}, 1)->size(), 1u);
  const std::size_t one = tail.bytes_after(LogIndex{4});
  EXPECT_EQ(tail.read(LogIndex{1}, LogIndex{5}, 3 * one)->size(), 3u);
  EXPECT_EQ(tail.read(LogIndex{2}, LogIndex{3}, 1 << 20)->size(), 2u);
  EXPECT_TRUE(tail.read(LogIndex{6}, LogIndex{9}, 1)->empty());
}

// The halving search against looking at every place from the end.
TEST_F(LogTailTest, FindsTheLastPlaceNotNewerThanATerm) {
  SeededRng rng{3};
  std::vector<std::uint64_t> terms{0};
  for (std::uint64_t term = 1; terms.size() < 60; term += rng.below(3)) {
    append(term);
    terms.push_back(term);
  }
  save(take());
  tail.forget(LogIndex{30});
  for (std::uint64_t from = 0; from < terms.size(); ++from) {
    for (std::uint64_t term = 0; term <= terms.back() + 1; ++term) {
      std::uint64_t slow = from;
      while (terms[slow] > term) --slow;
      const auto fast = last_not_newer_than(tail, LogIndex{from}, Term{term});
      ASSERT_TRUE(fast);
      EXPECT_EQ(fast->index, LogIndex{slow}) << "from " << from << " term " << term;
      EXPECT_EQ(fast->term, Term{terms[slow]});
    }
  }
}

}  // namespace
}  // namespace skein::raft
