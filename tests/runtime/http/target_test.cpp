#include "runtime/http/target.h"

#include <gtest/gtest.h>

namespace skein {
namespace {

TEST(Target, SplitsPathAndQueryAndDecodesBoth) {
  auto target = parse_target("/v1.41/services/a%2Fb/logs?follow=1&filters=%7B%22a%22%3A1%7D&x=1+2#frag");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->segments, (std::vector<std::string>{"v1.41", "services", "a/b", "logs"}));
  EXPECT_EQ(target->query.get("filters"), R"({"a":1})");
  EXPECT_EQ(target->query.get("x"), "1 2");
  EXPECT_TRUE(target->query.flag("follow"));
  EXPECT_FALSE(target->query.flag("absent"));
}

TEST(Target, PlusInThePathIsAPlus) { EXPECT_EQ(parse_target("/a+b")->segments.front(), "a+b"); }

TEST(Target, RefusesBadEscapesNulAndRelativePaths) {
  for (const char* bad : {"", "services", "/a%", "/a%2", "/a%zz", "/a%00b", "/a?x=%f", "*"})
    EXPECT_FALSE(parse_target(bad)) << bad;
}

TEST(Target, FlagsFollowDocker) {
  for (const char* no : {"0", "no", "false", "none", "False", ""}) {
    EXPECT_FALSE(parse_target("/x?f=" + std::string{no})->query.flag("f")) << no;
  }
  for (const char* yes : {"1", "true", "yes", "x"}) {
    EXPECT_TRUE(parse_target("/x?f=" + std::string{yes})->query.flag("f")) << yes;
  }
}

TEST(Target, NumbersAreWholeOrRefused) {
  const auto query = parse_target("/x?a=12&b=-1&c=1x&d=&e=99999999999999999999")->query;
  EXPECT_EQ(**query.natural("a"), 12U);
  EXPECT_FALSE(query.natural("d")->has_value());
  EXPECT_FALSE(query.natural("z")->has_value());
  for (const char* bad : {"b", "c", "e"}) EXPECT_FALSE(query.natural(bad)) << bad;
}

}  // namespace
}  // namespace skein
