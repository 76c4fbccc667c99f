// Conversations with the actors of a whole node: commands in, containers and outcomes out.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/actors/test_node.h"

namespace skein::test {
namespace {

using namespace std::chrono_literals;

TEST(ClusterTest, FoundsAClusterAndItsNodeBecomesReady) {
  TestNode node;
  node.found();
  node.read([](const View& view) {
    ASSERT_NE(view.cluster(), nullptr);
    ASSERT_NE(view.node(kNodeId), nullptr);
    EXPECT_EQ(view.node(kNodeId)->status().state(), NodeStatus::READY);
    EXPECT_EQ(view.node(kNodeId)->description().hostname(), "host1");
  });
  EXPECT_TRUE(node.given_up.empty());
}

TEST(ClusterTest, AServiceBecomesRunningContainersThatAreServed) {
  TestNode node;
  node.found();
  node.create("web", [](ServiceSpec& spec) { replicas(spec, 3); });
  node.actors.pass(100ms);
  EXPECT_EQ(node.executor.running(), 3U);
  ASSERT_EQ(node.tasks(TASK_RUNNING).size(), 3U);
  std::set<std::uint64_t> slots;
  for (const TaskPtr& task : node.tasks()) {
    slots.insert(task->slot());
    ASSERT_NE(node.plane.wanted(task->id()), nullptr);
    EXPECT_TRUE(node.plane.wanted(task->id())->serving);
  }
  EXPECT_EQ(slots, (std::set<std::uint64_t>{1, 2, 3}));
}

TEST(ClusterTest, ARefusedCommandLeavesNoRecord) {
  TestNode node;
  node.found();
  node.create("web", [](ServiceSpec& spec) { replicas(spec, 0); });
  node.actors.pass(100ms);
  const LogIndex before = node.log.last();
  Command again;
  again.mutable_create_service()->mutable_spec()->set_name("web");
  again.mutable_create_service()->mutable_spec()->mutable_task()->mutable_container()->set_image("bb");
  const Outcome outcome = node.done(again);
  EXPECT_EQ(outcome.code(), static_cast<std::uint32_t>(Errc::already_exists)) << outcome.text();
  EXPECT_EQ(node.remove("nonsense").code(), static_cast<std::uint32_t>(Errc::not_found));
  EXPECT_EQ(node.done(Command{}).code(), static_cast<std::uint32_t>(Errc::invalid));
  EXPECT_EQ(node.log.last(), before);
}

TEST(ClusterTest, ARepeatedCommandGetsTheFirstOutcomeAlsoWhileItIsUnderWay) {
  TestNode node;
  node.found();
  Command create;
  create.set_id("the same");
  ServiceSpec& spec = *create.mutable_create_service()->mutable_spec();
  spec.set_name("web");
  spec.mutable_task()->mutable_container()->set_image("bb");
  const Told first = node.submit(create);
  const Told meanwhile = node.submit(create);
  node.actors.run();
  const Outcome later = node.done(create);
  ASSERT_TRUE(first->has_value() && meanwhile->has_value());
  EXPECT_EQ((*first)->code(), 0U) << (*first)->text();
  EXPECT_EQ((*meanwhile)->SerializeAsString(), (*first)->SerializeAsString());
  EXPECT_EQ(later.SerializeAsString(), (*first)->SerializeAsString());
  node.restart();
  EXPECT_EQ(node.done(create).SerializeAsString(), (*first)->SerializeAsString()) << "another life remembers it";
}

TEST(ClusterTest, AnUpdateReplacesEveryTaskOneAfterTheOther) {
  TestNode node;
  node.found();
  const std::string id = node.create("web", [](ServiceSpec& spec) { replicas(spec, 3); });
  node.actors.pass(100ms);
  const Outcome outcome =
      node.update(id, [](ServiceSpec& spec) { spec.mutable_task()->mutable_container()->set_image("bb:2"); });
  ASSERT_EQ(outcome.code(), 0U) << outcome.text();
  std::size_t fewest = 3;
  for (int slice = 0; slice < 100; ++slice) {
    node.actors.pass(1ms, 1ms);
    fewest = std::min(fewest, node.executor.running());
  }
  EXPECT_EQ(fewest, 2U) << "one at a time";
  node.actors.pass(6s);
  EXPECT_EQ(node.service(id)->update_status().state(), UpdateStatus::COMPLETED);
  EXPECT_EQ(node.tasks(TASK_RUNNING).size(), 3U);
  for (const TaskPtr& task : node.tasks(TASK_RUNNING))
    EXPECT_EQ(node.executor.containers.at(task->id()).task->spec().container().image(), "bb:2");
}

TEST(ClusterTest, AnOutdatedUpdateIsRefused) {
  TestNode node;
  node.found();
  const std::string id = node.create("web", [](ServiceSpec& spec) { replicas(spec, 0); });
  Command update;
  update.mutable_update_service()->set_service_id(id);
  update.mutable_update_service()->set_expected_revision(1);
  *update.mutable_update_service()->mutable_spec() = node.service(id)->spec();
  EXPECT_EQ(node.done(update).code(), static_cast<std::uint32_t>(Errc::out_of_sequence));
}

TEST(ClusterTest, ATaskThatEndsIsReplacedAfterTheDelay) {
  TestNode node;
  node.found();
  node.create("web", [](ServiceSpec& spec) {
    replicas(spec, 1);
    spec.mutable_task()->mutable_restart()->set_delay_ns(3'000'000'000);
  });
  node.actors.pass(100ms);
  const std::string first = node.tasks(TASK_RUNNING).at(0)->id();
  node.executor.exit(first, 2);
  node.actors.pass(2900ms);
  EXPECT_EQ(node.executor.running(), 0U);
  EXPECT_EQ(node.tasks(TASK_FAILED).at(0)->status().exit_code(), 2);
  EXPECT_EQ(node.tasks(TASK_READY).size(), 1U) << "prepared, and held back";
  node.actors.pass(200ms);
  EXPECT_EQ(node.executor.running(), 1U);
  EXPECT_EQ(node.tasks(TASK_RUNNING).at(0)->replaces(), first);
}

TEST(ClusterTest, AnImageThatIsMissingIsTriedOncePerDelay) {
  TestNode node;
  node.found();
  node.executor.refuse_prepare = "No such image: bb:1";
  node.create("web", [](ServiceSpec& spec) { replicas(spec, 1); });
  node.actors.pass(21s);
  const auto tries = std::count_if(node.executor.calls.begin(), node.executor.calls.end(),
                                   [](const std::string& call) { return call.starts_with("prepare"); });
  EXPECT_EQ(tries, 6) << "at once, its replacement too, then every five seconds";
  for (const TaskPtr& task : node.tasks(TASK_REJECTED)) EXPECT_EQ(task->status().error(), "No such image: bb:1");
  node.executor.refuse_prepare.clear();
  node.actors.pass(11s);
  EXPECT_EQ(node.executor.running(), 1U);
}

TEST(ClusterTest, ARemovedServiceLeavesNothing) {
  TestNode node;
  node.found();
  node.actors.pass(1s);
  const std::size_t actors = node.actors.actors();
  const std::string id = node.create("web", [](ServiceSpec& spec) { replicas(spec, 3); });
  node.actors.pass(100ms);
  EXPECT_GE(node.actors.actors(), actors + 4) << "its actor and three runners";
  EXPECT_EQ(node.remove(id).code(), 0U);
  node.actors.pass(1s);
  EXPECT_TRUE(node.tasks().empty());
  EXPECT_TRUE(node.executor.containers.empty());
  EXPECT_TRUE(node.plane.applied.back().sandboxes.empty());
  EXPECT_EQ(node.actors.actors(), actors);
  EXPECT_EQ(node.executor.calls.size(), 3U * 4U) << "prepare, start, stop and remove of each";
}

TEST(ClusterTest, TheHistoryLimitIsKept) {
  TestNode node;
  node.found();
  node.create("web", [](ServiceSpec& spec) {
    replicas(spec, 1);
    spec.mutable_task()->mutable_restart()->set_delay_ns(0);
  });
  node.actors.pass(100ms);
  for (int exits = 0; exits < 12; ++exits) {
    node.executor.exit(node.tasks(TASK_RUNNING).at(0)->id(), 1);
    node.actors.pass(500ms);
  }
  EXPECT_EQ(node.tasks().size(), 5U) << "Swarm's default, the running one included";
  EXPECT_EQ(node.executor.containers.size(), 5U);
}

TEST(ClusterTest, WithoutANodeTasksWaitWithAReasonAndArePlacedWhenItIsBack) {
  TestNode node;
  node.found();
  const auto availability = [&](NodeSpec::Availability wanted) {
    Command command;
    node.read([&](const View& view) {
      command.mutable_update_node()->set_expected_revision(view.node(kNodeId)->revision());
      *command.mutable_update_node()->mutable_spec() = view.node(kNodeId)->spec();
    });
    command.mutable_update_node()->set_node_id(kNodeId);
    command.mutable_update_node()->mutable_spec()->set_availability(wanted);
    return node.done(command);
  };
  ASSERT_EQ(availability(NodeSpec::DRAIN).code(), 0U);
  node.create("web", [](ServiceSpec& spec) { replicas(spec, 2); });
  node.actors.pass(1s);
  ASSERT_EQ(node.tasks(TASK_PENDING).size(), 2U);
  for (const TaskPtr& task : node.tasks())
    EXPECT_EQ(task->status().error(), "no suitable node (1 node not available for new tasks)");
  ASSERT_EQ(availability(NodeSpec::ACTIVE).code(), 0U);
  node.actors.pass(1s);
  EXPECT_EQ(node.executor.running(), 2U);
  ASSERT_EQ(availability(NodeSpec::DRAIN).code(), 0U);
  node.actors.pass(1s);
  EXPECT_EQ(node.executor.running(), 0U) << "drained";
}

}  // namespace
}  // namespace skein::test
