// Reading logs back, over files written here.
#include "runtime/containers/log_reader.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace skein {
namespace {

namespace fs = std::filesystem;

class LogReaderTest : public ::testing::Test {
 protected:
  LogReaderTest() {
    std::string pattern = (fs::temp_directory_path() / "skein-log-XXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
    path_ = (dir_ / "x.log").string();
  }
  ~LogReaderTest() override { fs::remove_all(dir_); }

  // One line of conmon's: second `s` of a fixed minute.
  static std::string line(int s, const std::string& rest) {
    return rfc3339({1'700'000'000'000'000'000 + s * 1'000'000'000LL}) + " " + rest + "\n";
  }
  void write(const std::string& text, int age = 0) {
    std::ofstream{age == 0 ? path_ : path_ + "." + std::to_string(age), std::ios::app} << text;
  }
  std::string read(const LogQuery& query = {}) const {
    std::string out;
    const auto sink = [&](const LogLine& each) {
      out += (each.error_stream ? "E:" : "") + each.text;
      return true;
    };
    EXPECT_TRUE(read_log({path_, [] { return false; }}, query, sink, [] { return false; }));
    return out;
  }
  std::string tail(std::uint64_t count) const {
    LogQuery query;
    query.tail = count;
    return read(query);
  }

  fs::path dir_;
  std::string path_;
};

TEST_F(LogReaderTest, PartialLinesAreJoinedByStream) {
  write(line(1, "stdout P ab") + line(2, "stderr F oops") + line(3, "stdout P cd") + line(4, "stdout F ef"));
  EXPECT_EQ(read(), "E:oops\nabcdef\n");
}

TEST_F(LogReaderTest, UnfinishedLastLineHasNoNewline) {
  write(line(1, "stdout F whole") + line(2, "stdout P half"));
  EXPECT_EQ(read(), "whole\nhalf");
  EXPECT_EQ(tail(1), "half");
}

TEST_F(LogReaderTest, EmptyLinesAndForeignLines) {
  write(line(1, "stdout F ") + "garbage\n" + line(2, "stdin F no\n") + line(3, "stdout F last"));
  EXPECT_EQ(read(), "\nlast\n");
}

TEST_F(LogReaderTest, TailCountsMessagesFromTheEnd) {
  for (int n = 0; n < 10; ++n) write(line(n, "stdout F " + std::to_string(n)));
  EXPECT_EQ(tail(0), "");
  EXPECT_EQ(tail(1), "9\n");
  EXPECT_EQ(tail(3), "7\n8\n9\n");
  EXPECT_EQ(tail(9), "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
  EXPECT_EQ(tail(10), tail(1000));
}

TEST_F(LogReaderTest, TailOfJoinedLinesIsTheWholeOfThem) {
  write(line(1, "stdout F first") + line(2, "stdout P se") + line(3, "stdout P co") + line(4, "stdout F nd"));
  EXPECT_EQ(tail(1), "second\n");
  EXPECT_EQ(tail(2), "first\nsecond\n");
}

// Tail must agree with reading it all, wherever the blocks of the backward scan fall.
TEST_F(LogReaderTest, TailAgreesWithTheWholeForEveryCount) {
  std::vector<std::string> all;
  for (int n = 0; n < 300; ++n) {
    std::string text(static_cast<std::size_t>(n * 37 % 1500), 'x');
    text += std::to_string(n);
    write(line(n % 60, "stdout F " + text), n < 100 ? 2 : n < 200 ? 1 : 0);
    all.push_back(text + "\n");
  }
  std::string expected;
  for (std::size_t count = 1; count <= all.size(); ++count) {
    expected = all[all.size() - count] + expected;
    ASSERT_EQ(tail(count), expected) << count;
  }
}

TEST_F(LogReaderTest, SinceAndUntilAreInclusive) {
  for (int n = 0; n < 6; ++n) write(line(n, "stdout F " + std::to_string(n)));
  LogQuery query;
  query.since = {1'700'000'002'000'000'000};
  query.until = {1'700'000'004'000'000'000};
  EXPECT_EQ(read(query), "2\n3\n4\n");
}

TEST_F(LogReaderTest, SinkEndsTheReading) {
  for (int n = 0; n < 6; ++n) write(line(n, "stdout F " + std::to_string(n)));
  int seen = 0;
  const auto sink = [&](const LogLine&) { return ++seen < 2; };
  LogQuery query;
  query.follow = true;
  EXPECT_TRUE(read_log({path_, [] { return true; }}, query, sink, [] { return false; }));
  EXPECT_EQ(seen, 2);
}

TEST_F(LogReaderTest, FollowGoesThroughRotationAndLosesNothing) {
  constexpr int kLines = 3000;
  std::atomic<bool> running = true;
  write(line(0, "stdout F 0"));
  std::thread writer{[&] {
    for (int n = 1; n < kLines; ++n) {
      if (n % 500 == 0) {
        for (int age = n / 500; age > 0; --age) {
          fs::rename(age == 1 ? path_ : path_ + "." + std::to_string(age - 1), path_ + "." + std::to_string(age));
        }
      }
      write(line(n % 60, "stdout F " + std::to_string(n)));
    }
    running = false;
  }};
  int next = 0;
  LogQuery query;
  query.follow = true;
  const auto sink = [&](const LogLine& each) {
    EXPECT_EQ(each.text, std::to_string(next) + "\n");
    return ++next < kLines;
  };
  EXPECT_TRUE(read_log({path_, [&] { return running.load(); }}, query, sink, [] { return false; }));
  writer.join();
  EXPECT_EQ(next, kLines);
}

TEST_F(LogReaderTest, FollowEndsWhenCancelled) {
  write(line(0, "stdout F 0"));
  LogQuery query;
  query.follow = true;
  int looked = 0;
  EXPECT_TRUE(read_log(
      {path_, [] { return true; }}, query, [](const LogLine&) { return true; }, [&] { return ++looked > 3; }));
}

}  // namespace
}  // namespace skein
