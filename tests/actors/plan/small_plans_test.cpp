// Retention, published ports, files of tasks and assignments: small functions, told by example.
#include <gtest/gtest.h>

#include "actors/plan/assignment.h"
#include "actors/plan/not_yet.h"
#include "actors/plan/port_table.h"
#include "actors/plan/retention.h"
#include "actors/plan/task_files.h"

namespace skein::plan {
namespace {

// ---- retention
// -------------------------------------------------------------------------------------------------------

class RetentionTest : public testing::Test {
 protected:
  RetentionTest() { service.mutable_spec()->mutable_replicated()->set_replicas(1); }

  // Oldest first: "running", or an ended task of that observed state.
  void given(std::initializer_list<std::pair<TaskState, TaskState>> observed_and_desired) {
    tasks.reserve(observed_and_desired.size());
    for (const auto& [observed, desired] : observed_and_desired) {
      Task& task = tasks.emplace_back();
      task.set_id("t" + std::to_string(tasks.size()));
      task.set_created_at_ns(static_cast<std::int64_t>(tasks.size()));
      task.set_desired(desired);
      task.mutable_status()->set_state(observed);
    }
    for (const Task& task : tasks) slot.tasks.push_back({&task, nullptr});
    newest_first(slot);
  }
  using Ids = std::vector<std::string>;

  Service service;
  std::vector<Task> tasks;
  Slot slot;
};

TEST_F(RetentionTest, KeepsTheLimitCountingTheRunningOneAndDropsTheOldest) {
  given({{TASK_FAILED, TASK_SHUTDOWN},
         {TASK_COMPLETE, TASK_SHUTDOWN},
         {TASK_FAILED, TASK_SHUTDOWN},
         {TASK_RUNNING, TASK_RUNNING}});
  EXPECT_EQ(to_reap(slot, &service, 2), (Ids{"t1", "t2"}));
  EXPECT_EQ(to_reap(slot, &service, 4), Ids{});
}

TEST_F(RetentionTest, ALimitOfNoneKeepsOnlyWhatIsNotHistory) {
  given({{TASK_FAILED, TASK_SHUTDOWN}, {TASK_RUNNING, TASK_SHUTDOWN}, {TASK_RUNNING, TASK_RUNNING}});
  EXPECT_EQ(to_reap(slot, &service, 0), Ids{"t1"}) << "one that still stops is no history";
}

TEST_F(RetentionTest, ANegativeLimitKeepsAll) {
  given({{TASK_FAILED, TASK_SHUTDOWN}, {TASK_FAILED, TASK_SHUTDOWN}, {TASK_RUNNING, TASK_RUNNING}});
  EXPECT_EQ(to_reap(slot, &service, -1), Ids{});
}

TEST_F(RetentionTest, MaxAttemptsKeepsOneMoreThanThatWhateverTheLimit) {
  service.mutable_spec()->mutable_task()->mutable_restart()->set_max_attempts(2);
  given({{TASK_FAILED, TASK_SHUTDOWN},
         {TASK_FAILED, TASK_SHUTDOWN},
         {TASK_FAILED, TASK_SHUTDOWN},
         {TASK_RUNNING, TASK_RUNNING}});
  EXPECT_EQ(to_reap(slot, &service, 1), Ids{"t1"});
}

TEST_F(RetentionTest, WhatIsToBeRemovedGoesOnceNothingRunsAnyMore) {
  given({{TASK_RUNNING, TASK_REMOVE}, {TASK_SHUTDOWN, TASK_REMOVE}, {TASK_PENDING, TASK_REMOVE}});
  EXPECT_EQ(to_reap(slot, nullptr, -1), (Ids{"t2", "t3"}));
}

TEST_F(RetentionTest, AnEndedTaskThatNobodyLetGoYetIsKept) {
  given({{TASK_FAILED, TASK_RUNNING}, {TASK_RUNNING, TASK_RUNNING}});
  EXPECT_EQ(to_reap(slot, &service, 0), Ids{}) << "its slot has not looked at it";
}

// ---- ports
// -----------------------------------------------------------------------------------------------------------

PortConfig port(std::uint32_t published, std::uint32_t target, PortConfig::PublishMode mode = PortConfig::INGRESS,
                PortConfig::Protocol protocol = PortConfig::TCP) {
  PortConfig config;
  config.set_published_port(published);
  config.set_target_port(target);
  config.set_publish_mode(mode);
  config.set_protocol(protocol);
  return config;
}

EndpointSpec ports(std::initializer_list<PortConfig> list) {
  EndpointSpec spec;
  for (const PortConfig& one : list) *spec.add_ports() = one;
  return spec;
}

class PortTableTest : public testing::Test {
 protected:
  Endpoint given(const std::string& id, const EndpointSpec& spec) {
    const Result<Endpoint> resolved = table.resolve(id, spec, {});
    EXPECT_TRUE(resolved);
    table.hold(id, "name of " + id, *resolved);
    return *resolved;
  }
  std::string refusal(const std::string& id, const EndpointSpec& spec) {
    const Result<Endpoint> resolved = table.resolve(id, spec, {});
    return resolved ? "" : resolved.refusal().text;
  }
  PortTable table;
};

TEST_F(PortTableTest, AnIngressPortHasOneHolder) {
  given("a", ports({port(80, 8080)}));
  EXPECT_EQ(refusal("b", ports({port(80, 1)})),
            "port '80' is already in use by service 'name of a' (a) as an ingress port");
  EXPECT_EQ(refusal("b", ports({port(80, 1, PortConfig::HOST)})),
            "port '80' is already in use by service 'name of a' (a) as an ingress port");
  EXPECT_EQ(refusal("b", ports({port(80, 1, PortConfig::INGRESS, PortConfig::UDP)})), "");
  EXPECT_EQ(refusal("a", ports({port(80, 9)})), "") << "its own";
}

TEST_F(PortTableTest, HostPortsClashWithIngressPortsOnly) {
  given("a", ports({port(80, 8080, PortConfig::HOST)}));
  given("b", ports({port(80, 8080, PortConfig::HOST)}));
  EXPECT_EQ(refusal("c", ports({port(80, 1)})),
            "port '80' is already in use by service 'name of a' (a) as a host-published port");
  table.release("a");
  EXPECT_EQ(refusal("c", ports({port(80, 1)})),
            "port '80' is already in use by service 'name of b' (b) as a host-published port");
  table.release("b");
  EXPECT_EQ(refusal("c", ports({port(80, 1)})), "");
}

TEST_F(PortTableTest, PortsNobodyChoseComeFrom30000AndStayOverUpdates) {
  given("a", ports({port(0, 80)}));
  const Endpoint first = given("b", ports({port(0, 80), port(0, 81), port(30002, 9)}));
  EXPECT_EQ(first.ports(0).published_port(), 30001U);
  EXPECT_EQ(first.ports(1).published_port(), 30003U) << "not one the same spec names";
  table.release("a");
  const Result<Endpoint> updated = table.resolve("b", ports({port(0, 81), port(0, 82)}), first);
  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->ports(0).published_port(), 30003U) << "kept";
  EXPECT_EQ(updated->ports(1).published_port(), 30000U) << "the lowest free one";
}

TEST_F(PortTableTest, HostPortsNobodyChoseAreTheNodes) {
  EXPECT_EQ(given("a", ports({port(0, 80, PortConfig::HOST)})).ports(0).published_port(), 0U);
}

TEST_F(PortTableTest, RunsOut) {
  for (std::uint32_t number = kDynamicPortFirst; number <= kDynamicPortLast; ++number)
    given("s" + std::to_string(number), ports({port(0, 80)}));
  const Result<Endpoint> resolved = table.resolve("last", ports({port(0, 80)}), {});
  ASSERT_FALSE(resolved);
  EXPECT_EQ(resolved.refusal().code, Errc::exhausted);
}

// ---- files
// -----------------------------------------------------------------------------------------------------------

TEST(TaskFilesTest, SecretsGoUnderRunSecretsAndConfigsUnderTheRoot) {
  AssignedTask task;
  const auto add = [&](const char* target, bool secret) {
    AssignedFile& file = *task.add_files();
    file.set_secret(secret);
    file.set_data(std::string{target} + " data");
    file.mutable_reference()->set_name("the-name");
    file.mutable_reference()->set_file_name(target);
    file.mutable_reference()->set_uid("12");
    file.mutable_reference()->set_gid("none");
    file.mutable_reference()->set_mode(0440);
  };
  add("key", true);
  add("/etc/key", true);
  add("app.conf", false);
  add("/etc/app.conf", false);
  add("", true);
  std::vector<std::string> paths;
  for (const TaskFile& file : task_files(task)) {
    paths.push_back(file.path);
    EXPECT_EQ(file.uid, 12U);
    EXPECT_EQ(file.gid, 0U) << "no number";
    EXPECT_EQ(file.mode, 0440U);
  }
  EXPECT_EQ(paths, (std::vector<std::string>{"/run/secrets/key", "/etc/key", "/app.conf", "/etc/app.conf",
                                             "/run/secrets/the-name"}));
}

TEST(TaskFilesTest, AReferenceForTheRuntimeIsNoFile) {
  AssignedTask task;
  task.add_files()->mutable_reference()->set_runtime_target(true);
  EXPECT_TRUE(task_files(task).empty());
}

// ---- assignments
// -----------------------------------------------------------------------------------------------------

TEST(AssignmentTest, ConcernsItsNodeFromTheAssignmentOn) {
  Task task;
  task.mutable_status()->set_state(TASK_PENDING);
  EXPECT_FALSE(concerns_node(task));
  task.set_node_id("n1");
  EXPECT_FALSE(concerns_node(task)) << "preset, but not yet confirmed by the scheduler";
  task.mutable_status()->set_state(TASK_ASSIGNED);
  EXPECT_TRUE(concerns_node(task));
  task.mutable_status()->set_state(TASK_FAILED);
  EXPECT_TRUE(concerns_node(task)) << "until it is reaped, its container is kept";
}

TEST(AssignmentTest, JoinsTheTaskWithTheSpecItWasBornWith) {
  Task task;
  task.set_id("t1");
  task.set_service_id("s1");
  task.set_slot(3);
  task.set_revision(7);
  task.set_desired(TASK_READY);
  task.set_start_not_before_ns(99);
  task.mutable_status()->set_state(TASK_ASSIGNED);
  SpecVersion spec;
  spec.mutable_spec()->set_name("web");
  spec.mutable_spec()->mutable_task()->mutable_container()->set_image("bb:1");
  spec.mutable_endpoint()->add_ports()->set_published_port(80);
  const AssignedTask assigned = assignment_of(task, spec);
  EXPECT_EQ(assigned.service_name(), "web");
  EXPECT_EQ(assigned.spec().container().image(), "bb:1");
  EXPECT_EQ(assigned.endpoint().ports(0).published_port(), 80U);
  EXPECT_EQ(assigned.slot(), 3U);
  EXPECT_EQ(assigned.index(), 7U);
  EXPECT_EQ(assigned.desired(), TASK_READY);
  EXPECT_EQ(assigned.start_not_before_ns(), 99);
  EXPECT_EQ(assigned.status().state(), TASK_ASSIGNED);
}

TEST(NotYet, WarnsOfNetworksAndHealthChecksAndOfNothingElse) {
  ServiceSpec spec;
  spec.mutable_task()->mutable_container()->mutable_healthcheck()->add_test("NONE");
  EXPECT_TRUE(not_yet(spec).empty());
  spec.mutable_task()->mutable_container()->mutable_healthcheck()->set_test(0, "CMD");
  ASSERT_EQ(not_yet(spec).size(), 1U);
  EXPECT_NE(not_yet(spec)[0].find("health checks"), std::string::npos);
  spec.mutable_task()->add_networks()->set_target("net");
  ASSERT_EQ(not_yet(spec).size(), 2U);
  EXPECT_NE(not_yet(spec)[0].find("overlay networks"), std::string::npos);
}

}  // namespace
}  // namespace skein::plan
