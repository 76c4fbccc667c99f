// The same story under many orders in which actors may run: the end is the same, and every fold of the log agrees.
#include <gtest/gtest.h>

#include <set>

#include "actors/log_tail.h"
#include "tests/actors/test_node.h"

namespace skein::test {
namespace {

using namespace std::chrono_literals;

// Whatever the order, in the end this must hold. The story itself does not wait for things to settle.
void tell_the_story(TestNode& node, SeededRng& rng) {
  const auto a_moment = [&] { node.actors.pass(std::chrono::milliseconds{rng.below(30)}, 1ms); };
  node.found();
  const std::string gone = node.create("gone", [](ServiceSpec& spec) { replicas(spec, 2); });
  a_moment();
  const std::string web = node.create("web", [](ServiceSpec& spec) {
    replicas(spec, 1);
    spec.mutable_task()->mutable_restart()->set_delay_ns(0);
  });
  a_moment();
  EXPECT_EQ(node.update(web, [](ServiceSpec& spec) { replicas(spec, 4); }).code(), 0U);
  a_moment();
  EXPECT_EQ(node.remove(gone).code(), 0U);
  a_moment();
  for (const auto& [id, container] : node.executor.containers) {
    if (!container.running) continue;
    node.executor.exit(id, 1);
    break;
  }
  EXPECT_EQ(
      node.update(web, [](ServiceSpec& spec) { spec.mutable_task()->mutable_container()->set_image("bb:2"); }).code(),
      0U);
  a_moment();
  EXPECT_EQ(node.update(web, [](ServiceSpec& spec) { replicas(spec, 3); }).code(), 0U);
  const std::uint64_t trouble = rng.below(3);
  if (trouble == 0) node.restart();
  if (trouble == 1) {
    node.lose_lead();
    a_moment();
    node.regain_lead();
  }
  node.actors.pass(20s);
}

TEST(InterleavingTest, TwoHundredOrdersEndInTheSameState) {
  for (std::uint64_t seed = 1; seed <= 200 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    TestNode node{seed};
    SeededRng rng{seed};
    tell_the_story(node, rng);
    std::set<std::uint64_t> slots;
    for (const TaskPtr& task : node.tasks(TASK_RUNNING)) {
      slots.insert(task->slot());
      const FakeExecutor::Container& container = node.executor.containers.at(task->id());
      EXPECT_TRUE(container.running);
      ASSERT_NE(node.plane.wanted(task->id()), nullptr);
      EXPECT_TRUE(node.plane.wanted(task->id())->serving);
    }
    EXPECT_EQ(slots.size(), 3U);
    EXPECT_EQ(node.tasks(TASK_RUNNING).size(), 3U);
    EXPECT_EQ(node.executor.running(), 3U);
    for (const TaskPtr& task : node.tasks()) EXPECT_GE(task->status().state(), TASK_RUNNING);
    EXPECT_EQ(node.plane.applied.back().sandboxes.size(), node.executor.containers.size());
    EXPECT_TRUE(node.given_up.empty());
    const auto replayed = replay_all(node.log, node.log.last());
    ASSERT_TRUE(replayed);
    EXPECT_EQ(replayed->digest, node.state_digest());
  }
}

}  // namespace
}  // namespace skein::test
