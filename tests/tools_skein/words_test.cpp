// How the CLI writes and reads durations, sizes, names and moments; terminals and pipes.
#include "tools/skein/words.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tools/skein/listing.h"

namespace skein::cli {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kHour = 3600 * kSecond;

TEST(Words, AgesAreDockers) {
  EXPECT_EQ(human_duration(0), "Less than a second");
  EXPECT_EQ(human_duration(kSecond), "1 second");
  EXPECT_EQ(human_duration(59 * kSecond), "59 seconds");
  EXPECT_EQ(human_duration(60 * kSecond), "About a minute");
  EXPECT_EQ(human_duration(120 * kSecond), "2 minutes");
  EXPECT_EQ(human_duration(kHour), "About an hour");
  EXPECT_EQ(human_duration(kHour + kHour / 2), "2 hours");
  EXPECT_EQ(human_duration(47 * kHour), "47 hours");
  EXPECT_EQ(human_duration(48 * kHour), "2 days");
  EXPECT_EQ(human_duration(24 * 14 * kHour), "2 weeks");
  EXPECT_EQ(human_duration(24 * 60 * kHour), "2 months");
  EXPECT_EQ(human_duration(24 * 365 * 2 * kHour), "2 years");
}

TEST(Words, DurationsAndSizesAreGos) {
  EXPECT_EQ(go_duration(0), "0s");
  EXPECT_EQ(go_duration(1'500'000'000), "1.5s");
  EXPECT_EQ(go_duration(90 * kSecond), "1m30s");
  EXPECT_EQ(go_duration(kHour), "1h0m0s");
  EXPECT_EQ(go_duration(5'000'000), "5ms");
  EXPECT_EQ(binary_size(25276502016), "23.54GiB");
  EXPECT_EQ(binary_size(16 << 20), "16MiB");
  EXPECT_EQ(binary_size(0), "0B");
}

TEST(Words, WhatUsersTypeIsReadOrRefused) {
  EXPECT_EQ(*parse_duration("1m30s"), 90 * kSecond);
  EXPECT_EQ(*parse_duration("1.5s"), 1'500'000'000);
  EXPECT_EQ(*parse_duration("300ms"), 300'000'000);
  for (const char* bad : {"", "1", "s", "1x", "-1s", "1s2"}) EXPECT_FALSE(parse_duration(bad)) << bad;
  EXPECT_EQ(*parse_size("64M"), 64 << 20);
  EXPECT_EQ(*parse_size("1.5GiB"), 3LL << 29);
  EXPECT_EQ(*parse_size("10b"), 10);
  for (const char* bad : {"", "lots", "1Q", "1MM", "-1M"}) EXPECT_FALSE(parse_size(bad)) << bad;
  EXPECT_EQ(*parse_cpus("0.5"), 500'000'000);
  EXPECT_FALSE(parse_cpus("half"));
  EXPECT_FALSE(parse_natural("99999999999999999999"));
}

TEST(Words, MomentsAreIndexesOrTimes) {
  EXPECT_EQ(std::get<LogIndex>(*parse_moment("12")), LogIndex{12});
  EXPECT_EQ(std::get<WallTime>(*parse_moment("1970-01-01T00:00:01Z")).ns, kSecond);
  EXPECT_FALSE(parse_moment("-1"));
  EXPECT_EQ(parse_since("10s", WallTime{30 * kSecond})->ns, 20 * kSecond);
  EXPECT_EQ(parse_since("7", WallTime{30 * kSecond})->ns, 7 * kSecond);
  EXPECT_FALSE(parse_since("now", WallTime{}));
}

TEST(Words, NamesSortAsPeopleCount) {
  EXPECT_TRUE(natural_less("web.2", "web.10"));
  EXPECT_FALSE(natural_less("web.10", "web.2"));
  EXPECT_TRUE(natural_less("web", "web-tty"));
  EXPECT_FALSE(natural_less("a", "a"));
  EXPECT_TRUE(natural_less("node2", "node10a"));
}

TEST(Words, AnImageLosesItsDigestOnlyBesideATag) {
  EXPECT_EQ(without_digest("bb:1@sha256:abc"), "bb:1");
  EXPECT_EQ(without_digest("host:5000/bb:1@sha256:abc"), "host:5000/bb:1");
  EXPECT_EQ(without_digest("bb@sha256:abc"), "bb@sha256:abc");
  EXPECT_EQ(without_digest("host:5000/bb@sha256:abc"), "host:5000/bb@sha256:abc");
}

class Terminal : public testing::Test {
 protected:
  std::istringstream in_;
  std::ostringstream out_, err_;
  Console console_{.in = in_, .out = out_, .err = err_, .now = {}, .pause = {}, .environment = {}};
};

TEST_F(Terminal, ColoursDoNotMoveColumns) {
  Listing listing{{{"NAME", "Name"}, {"STATE", "State"}, {"X", "X"}}};
  listing.add({"a", {"Ready", Style::good}, "1"});
  listing.print(console_, {});
  const std::string plain = out_.str();
  EXPECT_EQ(plain, "NAME      STATE     X\na         Ready     1\n");
  out_.str("");
  console_.colours = true;
  listing.print(console_, {});
  std::string coloured = out_.str();
  EXPECT_NE(coloured, plain);
  for (const char* code : {"\x1b[32m", "\x1b[1m", "\x1b[0m"})
    for (std::size_t at = coloured.find(code); at != std::string::npos; at = coloured.find(code))
      coloured.erase(at, std::string_view{code}.size());
  EXPECT_EQ(coloured, plain);
}

TEST_F(Terminal, LinesAreCutAtItsWidthAndNotForAPipe) {
  EXPECT_EQ(cut(console_, "a long line"), "a long line");
  console_.width = 6;
  EXPECT_EQ(cut(console_, "a long line"), "a lon…");
  EXPECT_EQ(cut(console_, "äöüäöü"), "äöüäöü");
  EXPECT_EQ(cut(console_, "äöüäöüä"), "äöüäö…");
}

}  // namespace
}  // namespace skein::cli
