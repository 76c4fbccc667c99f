// Kill -9 at any moment: what was acknowledged is there, and the chain holds. A hundred times over one directory.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "events/base/check.h"
#include "events/base/rng.h"
#include "events/store/lmdb_log.h"
#include "tests/events/store/crash_writer.h"
#include "tests/events/store/store_fixture.h"

namespace skein {
namespace {

constexpr int kKills = 100;

struct Writer {
  pid_t pid = 0;
  int acknowledgements = -1;
};

Writer start_writer(const std::string& directory, std::uint64_t seed) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const std::string fd = std::to_string(ends[1]);
  const std::string seed_text = std::to_string(seed);
  const pid_t pid = fork();
  if (pid == 0) {
    close(ends[0]);
    execl("/proc/self/exe", "store_test", "--append-until-killed", directory.c_str(), fd.c_str(), seed_text.c_str(),
          static_cast<char*>(nullptr));
    _exit(127);
  }
  CHECK(pid > 0);  // kill(-1) would be for everybody
  close(ends[1]);
  return {pid, ends[0]};
}

// Somewhere inside whatever the writer does next.
void spin(std::uint64_t turns) {
  volatile std::uint64_t sink = 0;
  for (std::uint64_t i = 0; i < turns; ++i) sink = sink + i;
}

// Kills the writer after it has acknowledged `count` appends and a little; returns the last acknowledgement it gave.
Acknowledged kill_after(const Writer& writer, std::uint64_t count, std::uint64_t turns) {
  Acknowledged last;
  Acknowledged got;
  for (std::uint64_t i = 0; i < count && read(writer.acknowledgements, &got, sizeof got) == sizeof got; ++i) last = got;
  spin(turns);
  EXPECT_EQ(kill(writer.pid, SIGKILL), 0);
  while (read(writer.acknowledgements, &got, sizeof got) == sizeof got) last = got;
  close(writer.acknowledgements);
  int status = 0;
  EXPECT_EQ(waitpid(writer.pid, &status, 0), writer.pid);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer gave up by itself: " << WEXITSTATUS(status);
  return last;
}

void expect_kept(const ScratchDirectory& directory, const Acknowledged& last) {
  const auto log = open_lmdb(directory);
  ASSERT_GE(log->last().value(), last.index);
  EXPECT_EQ(log->hard_state().commit, log->last()) << "records and hard state come together";
  if (last.index == 0) return;
  const auto there = log->read(LogIndex{last.index}, {.records_max = 1});
  ASSERT_TRUE(there);
  EXPECT_EQ(there->front()->digest(), std::string(last.digest, sizeof last.digest));
}

TEST(CrashTest, NothingAcknowledgedIsLostAndTheChainVerifies) {
  const ScratchDirectory directory;
  SeededRng rng{static_cast<std::uint64_t>(getpid())};
  Acknowledged last;
  for (int round = 0; round < kKills && !testing::Test::HasFailure(); ++round) {
    SCOPED_TRACE(round);
    const Writer writer = start_writer(directory.path(), rng.next());
    const std::uint64_t count = round % 5 == 0 ? 0 : 1 + rng.below(12);  // now and then while it is still opening
    const Acknowledged got = kill_after(writer, count, rng.below(count == 0 ? 5'000'000 : 500'000));
    if (got.index != 0) last = got;
    expect_kept(directory, last);
  }
  const auto log = open_lmdb(directory);
  EXPECT_GT(last.index, 100u);
  EXPECT_EQ(read_all(*log).size(), log->last().value());
}

}  // namespace
}  // namespace skein
