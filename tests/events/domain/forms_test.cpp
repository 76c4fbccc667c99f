// The forms of texts users give: constraints, image references, names, prefixes.
#include <gtest/gtest.h>

#include "events/domain/constraint_expression.h"
#include "events/domain/file.h"
#include "events/domain/image_reference.h"
#include "events/domain/ip_prefix.h"
#include "events/domain/service_spec.h"
#include "events/domain/task_state.h"

namespace skein {
namespace {

TEST(Constraint, SplitsAtTheOperatorAndDropsBlanks) {
  const auto parsed = constraint::parse("  node.labels.Zone != eu west/1 ");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, (constraint::Expression{"node.labels.Zone", constraint::Operator::noteq, "eu west/1"}));
}

TEST(Constraint, LooksForTheEqualOperatorFirst) {
  // Swarm splits at == wherever it stands, so what is before it is the key, and that is malformed.
  const auto parsed = constraint::parse("node.role!=a==b");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.refusal().text, "key 'node.role!=a' is invalid");
}

TEST(Constraint, ASingleEqualSignIsRefusedNamingTheDoubleOne) {
  const auto parsed = constraint::parse("node.role=manager");
  ASSERT_FALSE(parsed);
  EXPECT_NE(parsed.refusal().text.find("=="), std::string::npos);
}

TEST(Constraint, ComparesWholeValuesWithoutCase) {
  const auto is = *constraint::parse("node.platform.os==Linux");
  EXPECT_TRUE(constraint::matches(is, "linux"));
  EXPECT_FALSE(constraint::matches(is, "linux2"));
  EXPECT_FALSE(constraint::matches(is, ""));
  const auto glob = *constraint::parse("node.hostname==web*");
  EXPECT_FALSE(constraint::matches(glob, "web1"));
}

TEST(Constraint, NotEqualMatchesNodesWithoutTheLabel) {
  EXPECT_TRUE(constraint::matches(*constraint::parse("node.labels.disk!=ssd"), ""));
  EXPECT_FALSE(constraint::matches(*constraint::parse("node.labels.disk!=ssd"), "SSD"));
}

class GoodReference : public testing::TestWithParam<const char*> {};
TEST_P(GoodReference, IsOne) { EXPECT_TRUE(is_image_reference(GetParam())); }
INSTANTIATE_TEST_SUITE_P(Forms, GoodReference,
                         testing::Values("bb", "bb:1", "library/bb:1", "a/b/c", "localhost/bb",
                                         "localhost:5000/bb:latest", "Host/bb", "reg.example.com:443/team/app:v1.2_3-x",
                                         "[::1]:5000/bb", "a__b", "a---b", "a.b/c_d", "bb:_x",
                                         "bb@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                                         "bb:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                                         "reg:5000/bb",
                                         "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"));

class BadReference : public testing::TestWithParam<const char*> {};
TEST_P(BadReference, IsNone) { EXPECT_FALSE(is_image_reference(GetParam())); }
INSTANTIATE_TEST_SUITE_P(Forms, BadReference,
                         testing::Values("", "Bad Image!", "BB", "bb:", "bb:-x", "bb@", "bb@sha256:abcd", "/bb", "bb/",
                                         "a//b", "a___b", "a..b", "-a", "a-", "library/BB", "reg:port/bb", ":5000/bb",
                                         "bb:1:2", "[::1/bb", "[1.2.3.4]/bb",
                                         "bb@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg",
                                         "bb@sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
                                         "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"));

TEST(ImageReference, NameAndTagHaveALargestSize) {
  EXPECT_TRUE(is_image_reference(std::string(255, 'z')));
  EXPECT_FALSE(is_image_reference(std::string(256, 'z')));
  EXPECT_TRUE(is_image_reference("bb:" + std::string(128, 't')));
  EXPECT_FALSE(is_image_reference("bb:" + std::string(129, 't')));
}

TEST(FileName, HoldsSixtyFourCharactersAtMost) {
  EXPECT_TRUE(file::is_name(std::string(64, 'a')));
  EXPECT_FALSE(file::is_name(std::string(65, 'a')));
  EXPECT_TRUE(file::is_name("a.b-c_d9"));
  EXPECT_FALSE(file::is_name("_a"));
  EXPECT_FALSE(file::is_name(""));
}

TEST(DnsName, AllowsMarksOnlyInside) {
  EXPECT_TRUE(service::is_dns_name("a-_-b"));
  EXPECT_FALSE(service::is_dns_name("a.b"));
  EXPECT_FALSE(service::is_dns_name("a-"));
  EXPECT_FALSE(service::is_dns_name(""));
}

TEST(IpPrefix, ParsesAndPrintsBothFamilies) {
  EXPECT_EQ(IpPrefix::parse("10.0.0.7/8")->text(), "10.0.0.7/8");
  EXPECT_EQ(IpPrefix::parse("10.0.0.7/8")->network().text(), "10.0.0.0/8");
  EXPECT_EQ(IpPrefix::parse("fd00::1/12")->network().text(), "fd00::/12");
  for (const char* bad : {"10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0/8", "fd00::/129", "x/8", "10.0.0.0/8 ", "/8"})
    EXPECT_FALSE(IpPrefix::parse(bad)) << bad;
}

TEST(IpPrefix, CutsSubnetsInOrderAndEndsAtThePoolsEnd) {
  const auto pool = *IpPrefix::parse("10.255.0.0/16");
  EXPECT_EQ(pool.subnet(24, 0)->text(), "10.255.0.0/24");
  EXPECT_EQ(pool.subnet(24, 255)->text(), "10.255.255.0/24");
  EXPECT_FALSE(pool.subnet(24, 256));
  EXPECT_FALSE(pool.subnet(15, 0));
  EXPECT_FALSE(IpPrefix::parse("255.255.0.0/16")->subnet(24, 256));  // past the end of the family
  EXPECT_EQ(IpPrefix::parse("fd00::/32")->subnet(64, 0x12345)->text(), "fd00:0:1:2345::/64");
  EXPECT_EQ(pool.address(256).address_text(), "10.255.1.0");
}

TEST(IpPrefix, ContainsAndOverlapsWithinAFamily) {
  const auto wide = *IpPrefix::parse("10.0.0.0/9");
  EXPECT_TRUE(wide.contains(*IpPrefix::parse("10.127.0.0/16")));
  EXPECT_FALSE(wide.contains(*IpPrefix::parse("10.128.0.0/16")));
  EXPECT_FALSE(IpPrefix::parse("10.1.0.0/16")->contains(wide));
  EXPECT_TRUE(IpPrefix::parse("10.1.0.0/16")->overlaps(wide));
  EXPECT_FALSE(IpPrefix::parse("0.0.0.0/0")->overlaps(*IpPrefix::parse("::/0")));
}

TEST(TaskState, NamesReadBack) {
  const auto* values = TaskState_descriptor();
  for (int i = 0; i < values->value_count(); ++i) {
    const auto state = static_cast<TaskState>(values->value(i)->number());
    EXPECT_EQ(parse_task_state(task_state_name(state)), state);
  }
  EXPECT_FALSE(parse_task_state("Running"));
  EXPECT_EQ(task_state_name(TASK_RUNNING), "running");
}

TEST(TaskState, AnEndIsTerminalAndRemoveIsNoWishToRun) {
  EXPECT_FALSE(is_terminal(TASK_RUNNING));
  for (const TaskState end : {TASK_COMPLETE, TASK_SHUTDOWN, TASK_FAILED, TASK_REJECTED, TASK_ORPHANED})
    EXPECT_TRUE(is_terminal(end));
  EXPECT_TRUE(is_runnable_desired(TASK_COMPLETE));
  EXPECT_FALSE(is_runnable_desired(TASK_SHUTDOWN));
  EXPECT_FALSE(is_runnable_desired(TASK_REMOVE));
}

}  // namespace
}  // namespace skein
