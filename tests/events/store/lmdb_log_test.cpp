// What only the log on disk promises: its files, its lock, its limits.
#include "events/store/lmdb_log.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <thread>

#include "tests/events/store/store_fixture.h"

namespace skein {
namespace {

std::string digest_before(const EventLog& log, LogIndex index) {
  return (*log.read(prev(index), {.records_max = 1}))[0]->digest();
}

class LmdbLogTest : public testing::Test {
 protected:
  Result<std::unique_ptr<LmdbLog>> open(std::size_t map_bytes = std::size_t{1} << 30) {
    LmdbLog::Options options;
    options.directory = directory.path("log");
    options.data_key_file = directory.path("data.key");
    options.map_bytes = map_bytes;
    return LmdbLog::open(options);
  }

  // Runs `child` in a process of its own; its exit code, or -1 if a signal ended it.
  static int in_child(const std::function<int()>& child) {
    const pid_t pid = fork();
    if (pid == 0) _exit(child());
    int status = 0;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  ScratchDirectory directory;
  RecordMaker maker;
};

TEST_F(LmdbLogTest, ItsFilesAreForItsOwnerOnly) {
  ASSERT_TRUE(open());
  for (const char* name : {"log", "log/data.mdb", "log/lock.mdb", "log/owner.lock", "log/payload.keys", "data.key"}) {
    struct stat facts {};
    ASSERT_EQ(stat(directory.path(name).c_str(), &facts), 0) << name;
    EXPECT_EQ(facts.st_mode & 077, 0u) << name;
  }
}

TEST_F(LmdbLogTest, NothingReadableReachesTheDisk) {
  auto log = open();
  AppendGroup group = group_of({maker.make(1, 3000)});
  group.payloads = {payload_of("salt", "the secret of the house")};
  group.hard_state = HardState{Term{1}, "a peer's name", LogIndex{0}, ""};
  ASSERT_TRUE((*log)->append(group));
  ASSERT_TRUE((*log)->save_snapshot(snapshot_at(1, 100)));
  const std::string bytes = file_bytes(directory.path("log/data.mdb"));
  for (const char* text : {"xxxxxxxx", "the secret", "a peer's name", "task1", "root (uid"})
    EXPECT_EQ(bytes.find(text), std::string::npos) << text;
}

TEST_F(LmdbLogTest, OnlyOneMayHoldIt) {
  const auto held = open();
  ASSERT_TRUE(held);
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.refusal().code, Errc::conflict);
  EXPECT_EQ(in_child([this] { return open() ? 1 : 0; }), 0) << "nor may another process";
}

TEST_F(LmdbLogTest, AWrongDataKeyIsSaidToBeOne) {
  ASSERT_TRUE(open());
  std::filesystem::remove(directory.path("data.key"));
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.refusal().code, Errc::fault);
  EXPECT_NE(opened.refusal().text.find("data key does not fit"), std::string::npos);
}

TEST_F(LmdbLogTest, AnUnlockedKeyCanBeHandedIn) {
  LmdbLog::Options options;
  options.directory = directory.path("log");
  options.data_key = DataKey::random();
  {
    auto log = LmdbLog::open(options);
    ASSERT_TRUE(log);
    ASSERT_TRUE((*log)->append(group_of({maker.make()})));
  }
  EXPECT_EQ((*LmdbLog::open(options))->last(), LogIndex{1});
  options.data_key = DataKey::random();
  EXPECT_FALSE(LmdbLog::open(options));
}

TEST_F(LmdbLogTest, AFullMapRefusesLeavesNothingBehindAndGrowsOnRestart) {
  auto log = open(1);  // the smallest map there is: 1 MiB
  ASSERT_TRUE(log);
  Result<void> appended;
  LogPosition before = maker.last();
  for (int i = 0; i < 1000 && appended; ++i) {
    before = maker.last();
    appended = (*log)->append(group_of({maker.make(20, 500), maker.make(20, 500)}));
  }
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.refusal().code, Errc::exhausted);
  EXPECT_NE(appended.refusal().text.find("restart this manager to let it grow"), std::string::npos);
  EXPECT_EQ((*log)->last(), before.index);
  EXPECT_EQ((*log)->last_digest(), before.digest);
  EXPECT_EQ(read_all(**log).size(), before.index.value());
  log = Refusal{};  // closes it
  log = open(1);
  ASSERT_TRUE(log);
  maker = RecordMaker{before};
  EXPECT_TRUE((*log)->append(group_of({maker.make(20, 500), maker.make(20, 500)})));
  EXPECT_EQ(read_all(**log).size(), maker.last().index.value());
}

// A limit on the size of files stands for the full disk: the system refuses the write in the middle of a commit.
TEST_F(LmdbLogTest, ADiskThatIsFullRefusesAndTheLogStaysUsable) {
  const int code = in_child([this] {
    auto log = open();
    if (!log || !(*log)->append(group_of({maker.make()}))) return 1;
    const LogPosition before = maker.last();
    (void)signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    if (getrlimit(RLIMIT_FSIZE, &limit) != 0) return 2;
    rlimit tight = limit;
    tight.rlim_cur = std::filesystem::file_size(directory.path("log/data.mdb")) + 4096;
    if (setrlimit(RLIMIT_FSIZE, &tight) != 0) return 3;
    const auto refused = (*log)->append(group_of({maker.make(1000, 500)}));
    if (refused || refused.refusal().text.find("no space left") == std::string::npos) return 4;
    if ((*log)->last() != before.index || read_all(**log).size() != 1) return 5;
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return 6;
    RecordMaker again{before};
    if (!(*log)->append(group_of({again.make(1000, 500)}))) return 7;
    return read_all(**log).size() == 2 ? 0 : 8;
  });
  EXPECT_EQ(code, 0);
}

TEST_F(LmdbLogTest, ALaterFormatIsRefused) {
  ASSERT_TRUE(open());
  auto env = LmdbEnv::open(directory.path("log"), 1);
  ASSERT_TRUE(env);
  LmdbTxn txn;
  ASSERT_TRUE((*env)->begin_write(txn));
  const auto meta = (*env)->database(txn, "meta", 0);
  ASSERT_EQ(txn.put(*meta, "format", "skein log 2\n"), 0);
  ASSERT_TRUE((*env)->commit(txn));
  env = Refusal{};
  EXPECT_NE(open().refusal().text.find("start a newer version"), std::string::npos);
}

TEST_F(LmdbLogTest, AnErasedPayloadsKeyIsGoneFromTheFile) {
  auto log = open();
  AppendGroup group;
  group.payloads = {payload_of("salt", "secret")};
  ASSERT_TRUE((*log)->append(group));
  const std::string sealed_key = file_bytes(directory.path("log/payload.keys"));
  ASSERT_EQ(sealed_key.size(), 64u);
  ASSERT_TRUE((*log)->erase_payload(group.payloads[0].digest()));
  EXPECT_EQ(file_bytes(directory.path("log/payload.keys")), std::string(64, '\0'));
  EXPECT_EQ(file_bytes(directory.path("log/data.mdb")).find(sealed_key.substr(0, 32)), std::string::npos);
}

TEST_F(LmdbLogTest, AHalfSavedSnapshotIsClearedOnOpening) {
  ASSERT_TRUE((*open())->save_snapshot(snapshot_at(3, 10)));
  auto env = LmdbEnv::open(directory.path("log"), 1);
  LmdbTxn txn;
  ASSERT_TRUE((*env)->begin_write(txn));
  const auto dbi = (*env)->database(txn, "snapshots", 0);
  const std::string orphan{"\0\0\0\0\0\0\0\x09\0\0\0\x01", 12};  // chunk 1 of a snapshot at 9
  ASSERT_EQ(txn.put(*dbi, orphan, "half"), 0);
  ASSERT_TRUE((*env)->commit(txn));
  env = Refusal{};
  auto log = open();
  ASSERT_TRUE(log);
  EXPECT_EQ(*(*log)->snapshots(), std::vector{LogIndex{3}});
  EXPECT_EQ((*(*log)->snapshot_before(LogIndex{10}))->index(), 3u);
}

// Run under a thread sanitiser or not: readers must never see half a group, a gap, or a suffix that was cut off as
// part of what replaced it.
TEST_F(LmdbLogTest, ReadersBesideTheWriterSeeWholeGroupsOnly) {
  auto log = open();
  ASSERT_TRUE((*log)->append(group_of(maker.make_many(4))));
  std::atomic<bool> done = false;
  std::atomic<int> reads = 0;
  std::atomic<int> wrong = 0;
  const auto look = [&] {
    while (!done) {
      const auto records = (*log)->read(LogIndex{1}, {});
      const bool whole = records && records->size() % 4 == 0;  // every group leaves a multiple of four
      if (!whole || !(*log)->term_at(LogIndex{2}) || !(*log)->index_at(15)) ++wrong;
      ++reads;
    }
  };
  std::thread one{look};
  std::thread two{look};
  for (int round = 0; round < 60 || reads < 20; ++round) {
    const auto added = maker.make_many(4);
    EXPECT_TRUE((*log)->append(group_of(added)));
    if (round % 3 == 0) {
      EXPECT_TRUE((*log)->save_snapshot(snapshot_at(maker.last().index.value(), 50)));
    }
    if (round % 2 == 0) continue;
    const LogIndex cut{added.front()->index()};
    maker = RecordMaker{LogPosition{prev(cut), Term{1}, added.front()->at_ns() - 10, digest_before(**log, cut)}};
    AppendGroup conflict = group_of({maker.make(2), maker.make(), maker.make(), maker.make()});
    conflict.truncate_from = cut;
    EXPECT_TRUE((*log)->append(conflict));
  }
  done = true;
  one.join();
  two.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace skein
