// Conversations with the agent, its runners and the mesh actor of one node, without a leader: the test is the session.
#include "actors/agent_actor.h"

#include <gtest/gtest.h>

#include <caf/actor_cast.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/mesh_actor.h"
#include "tests/support/actor_fixture.h"
#include "tests/support/fake_executor.h"
#include "tests/support/fake_plane.h"

namespace skein::test {
namespace {

using namespace std::chrono_literals;

class AgentTest : public testing::Test {
 protected:
  AgentTest() {
    auto behavior = [this](NodeSession::pointer) -> NodeSession::behavior_type {
      return {[this](const NodeSaysHello&) { ++hellos; },
              [this](const Reports& told) {
                ++report_messages;
                for (const TaskReport& report : *told.reports) reports.push_back(report);
              }};
    };
    session = actors.root(actors.system().spawn(behavior));
  }

  void start(std::vector<FoundContainer> found = {}) {
    mesh = actors.root(spawn_mesh(actors.system(), {&plane, {}, false}));
    NodeDescription description;
    description.set_hostname("host1");
    const auto world = std::make_shared<const World>(World{&clock, {}, {}});
    agent = actors.root(spawn_agent(actors.system(), {description, std::move(found), &executor, mesh, world}));
    executor.on_exit([this](ContainerExit exit) { actors.tell(agent, ContainerExited{std::move(exit)}); });
    actors.run();
  }
  void open_session() { actors.tell(agent, SessionOpened{session, Term{1}}); }

  static AssignedTask task(const std::string& id, TaskState desired = TASK_RUNNING, TaskState status = TASK_ASSIGNED) {
    AssignedTask task;
    task.set_id(id);
    task.set_desired(desired);
    task.mutable_status()->set_state(status);
    return task;
  }
  void assign(const std::vector<AssignedTask>& tasks, bool complete, const std::vector<std::string>& removed = {}) {
    auto assignments = std::make_shared<Assignments>();
    assignments->set_complete(complete);
    for (const AssignedTask& one : tasks) *assignments->add_update() = one;
    for (const std::string& id : removed) assignments->add_remove(id);
    actors.tell(agent, AssignmentsFor{std::move(assignments)});
  }
  static FoundContainer container(const std::string& id) {
    FoundContainer found;
    found.task = TaskId{id};
    found.info.container_id = "container of " + id;
    found.running = true;
    return found;
  }
  std::string last_reported(const std::string& id) const {
    for (auto report = reports.rbegin(); report != reports.rend(); ++report)
      if (report->task_id() == id) return TaskState_Name(report->status().state());
    return "nothing";
  }

  FakeExecutor executor;
  FakePlane plane;
  ActorFixture actors;
  FixtureClock clock{actors};
  NodeSession session;
  MeshActor mesh;
  AgentActor agent;
  int hellos = 0;
  int report_messages = 0;
  std::vector<TaskReport> reports;
};

TEST_F(AgentTest, RunsWhatItIsAssignedAndReportsInOneMessage) {
  start();
  open_session();
  assign({task("t1"), task("t2")}, true);
  actors.pass(10ms);
  EXPECT_EQ(hellos, 1);
  EXPECT_EQ(executor.running(), 2U);
  EXPECT_EQ(last_reported("t1"), "TASK_RUNNING");
  EXPECT_EQ(last_reported("t2"), "TASK_RUNNING");
  EXPECT_EQ(report_messages, 1) << "what happens within a moment is told at once";
  EXPECT_EQ(reports.size(), 2U * 5U) << "accepted, preparing, ready, starting, running";
}

TEST_F(AgentTest, ReportsAreKeptWithoutASessionAndToldAgainWhenOneOpens) {
  start();
  assign({task("t1")}, true);
  actors.pass(1s);
  EXPECT_EQ(executor.running(), 1U) << "nobody has to listen";
  EXPECT_TRUE(reports.empty());
  open_session();
  EXPECT_EQ(last_reported("t1"), "TASK_RUNNING");
  EXPECT_EQ(reports.size(), 1U) << "only the newest";
  open_session();
  EXPECT_EQ(reports.size(), 2U) << "each session hears it";
}

TEST_F(AgentTest, TheCompleteSetAdoptsWhatItNamesAndRemovesTheRest) {
  executor.leave_behind("t1", true);
  executor.leave_behind("stray", true);
  start({container("t1"), container("stray")});
  open_session();
  EXPECT_EQ(executor.running(), 2U) << "nothing is touched before the leader has spoken";
  assign({task("t1", TASK_RUNNING, TASK_RUNNING)}, true);
  actors.pass(10ms);
  EXPECT_EQ(executor.calls, std::vector<std::string>{"remove stray"});
  EXPECT_TRUE(executor.containers.contains("t1"));
  EXPECT_TRUE(plane.wanted("t1")->serving);
  EXPECT_EQ(last_reported("t1"), "TASK_RUNNING");
}

TEST_F(AgentTest, ACompleteSetDismissesRunnersItDoesNotName) {
  start();
  open_session();
  assign({task("t1"), task("t2")}, true);
  const std::size_t runners = actors.actors();
  assign({task("t2")}, true);
  actors.pass(10ms);
  EXPECT_EQ(executor.containers.size(), 1U);
  EXPECT_EQ(actors.actors(), runners - 1);
}

TEST_F(AgentTest, ADismissedTaskIsStoppedRemovedDetachedAndItsActorEnds) {
  start();
  open_session();
  const std::size_t before = actors.actors();
  assign({task("t1")}, true);
  actors.pass(10ms);
  executor.calls.clear();
  assign({}, false, {"t1"});
  actors.pass(10ms);
  EXPECT_EQ(executor.calls, (std::vector<std::string>{"stop t1", "remove t1"}));
  EXPECT_EQ(plane.wanted("t1"), nullptr);
  EXPECT_EQ(actors.actors(), before);
  assign({}, false, {"t1"});
  EXPECT_EQ(actors.actors(), before) << "told again: nothing";
}

TEST_F(AgentTest, AnExitIsReportedAndTheContainerKept) {
  start();
  open_session();
  assign({task("t1")}, true);
  actors.pass(10ms);
  executor.exit("t1", 3);
  actors.pass(10ms);
  EXPECT_EQ(last_reported("t1"), "TASK_FAILED");
  EXPECT_EQ(reports.back().status().exit_code(), 3);
  EXPECT_TRUE(executor.containers.contains("t1")) << "for its logs, until it is reaped";
  EXPECT_FALSE(plane.wanted("t1")->serving);
}

TEST_F(AgentTest, ATaskIsTakenOutOfServiceBeforeItIsStopped) {
  start();
  open_session();
  assign({task("t1")}, true);
  actors.pass(10ms);
  executor.waits = true;
  assign({task("t1", TASK_SHUTDOWN)}, false);
  EXPECT_FALSE(plane.wanted("t1")->serving);
  EXPECT_EQ(executor.calls.back(), "stop t1");
  EXPECT_EQ(plane.applied.size(), 4U) << "empty, attached, serving, not serving: all before the stop";
  executor.answer_all();
  actors.pass(10ms);
  EXPECT_EQ(last_reported("t1"), "TASK_SHUTDOWN");
}

TEST_F(AgentTest, ASlowPullHoldsUpNobodyElse) {
  start();
  open_session();
  executor.waits = true;
  assign({task("slow")}, false);
  executor.waits = false;
  assign({task("quick")}, false);
  actors.pass(10ms);
  EXPECT_EQ(last_reported("slow"), "TASK_PREPARING");
  EXPECT_EQ(last_reported("quick"), "TASK_RUNNING");
  executor.answer_all();
  actors.pass(10ms);
  EXPECT_EQ(last_reported("slow"), "TASK_RUNNING");
}

TEST_F(AgentTest, ANetworkThatCannotBeMadeRejectsTheTaskWithTheReason) {
  start();
  plane.problems = {"task t1: Bind for 0.0.0.0:80 failed: port is already allocated"};
  open_session();
  assign({task("t1")}, true);
  actors.pass(10ms);
  EXPECT_EQ(last_reported("t1"), "TASK_REJECTED");
  EXPECT_NE(reports.back().status().error().find("port is already allocated"), std::string::npos);
  EXPECT_TRUE(executor.calls.empty());
}

// ---- mesh
// ------------------------------------------------------------------------------------------------------------

class MeshTest : public testing::Test {
 protected:
  MeshTest() {
    auto behavior = [this](SandboxUser::pointer) -> SandboxUser::behavior_type {
      return {[this](const SandboxReady& told) {
                heard.push_back(told.sandbox ? "ready " + told.sandbox->netns_path : told.sandbox.refusal().text);
              },
              [this](SandboxQuiet) { heard.emplace_back("quiet"); }};
    };
    user = actors.root(actors.system().spawn(behavior));
    mesh = actors.root(spawn_mesh(actors.system(), {&plane, {}, false}));
    actors.run();
    plane.applied.clear();
  }
  void attach(const std::string& id) {
    WantedSandbox sandbox;
    sandbox.task = TaskId{id};
    caf::anon_send(mesh, MeshAttach{sandbox, user});
  }

  FakePlane plane;
  ActorFixture actors;
  SandboxUser user;
  MeshActor mesh;
  std::vector<std::string> heard;
};

TEST_F(MeshTest, ManyWantsAreOneApply) {
  for (int i = 0; i < 50; ++i) attach("t" + std::to_string(10 + i));
  actors.run();
  EXPECT_EQ(plane.applied.size(), 1U);
  EXPECT_EQ(plane.applied.back().sandboxes.size(), 50U);
  EXPECT_EQ(heard.size(), 50U);
  EXPECT_EQ(heard.front(), "ready /netns/t10");
}

TEST_F(MeshTest, QuietIsToldOnceTheKernelIsTrueToIt) {
  attach("t1");
  actors.tell(mesh, MeshServe{TaskId{"t1"}, true, {}});
  heard.clear();
  caf::anon_send(mesh, MeshServe{TaskId{"t1"}, false, user});
  actors.run();
  EXPECT_EQ(heard, std::vector<std::string>{"quiet"});
  EXPECT_FALSE(plane.wanted("t1")->serving);
  const std::size_t applied = plane.applied.size();
  actors.tell(mesh, MeshServe{TaskId{"t1"}, false, user});
  EXPECT_EQ(heard.size(), 2U) << "it is so already: answered without an apply";
  EXPECT_EQ(plane.applied.size(), applied);
}

TEST_F(MeshTest, ProblemsAreTriedAgainEverySecondUntilTheyAreGone) {
  plane.problems = {"link skt1: it would not"};
  attach("t1");
  actors.run();
  EXPECT_EQ(heard, std::vector<std::string>{"the network sandbox could not be made; link skt1: it would not"});
  actors.pass(3s);
  EXPECT_EQ(plane.applied.size(), 4U);
  plane.problems.clear();
  actors.pass(1s);
  EXPECT_EQ(plane.applied.size(), 5U);
  actors.pass(20s);
  EXPECT_EQ(plane.applied.size(), 5U) << "a right kernel is left alone";
  actors.pass(20s);
  EXPECT_EQ(plane.applied.size(), 6U) << "but looked at now and then";
}

TEST_F(MeshTest, ARefusalOfThePlaneIsTold) {
  plane.refuse = "operation not permitted";
  attach("t1");
  actors.run();
  EXPECT_EQ(heard, std::vector<std::string>{"operation not permitted"});
}

TEST_F(MeshTest, WhatIsDetachedIsNoLongerWanted) {
  attach("t1");
  attach("t2");
  actors.tell(mesh, MeshDetach{TaskId{"t1"}});
  EXPECT_EQ(plane.wanted("t1"), nullptr);
  ASSERT_NE(plane.wanted("t2"), nullptr);
}

}  // namespace
}  // namespace skein::test
