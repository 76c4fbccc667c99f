// Conversations with a node in trouble: the lead goes, the disk is full, the daemon dies, folds disagree.
#include <gtest/gtest.h>

#include "events/views/digest_ledger.h"
#include "tests/actors/test_node.h"

namespace skein::test {
namespace {

using namespace std::chrono_literals;

Command creation(const std::string& name) {
  Command create;
  ServiceSpec& spec = *create.mutable_create_service()->mutable_spec();
  spec.set_name(name);
  spec.mutable_task()->mutable_container()->set_image("bb:1");
  replicas(spec, 1);
  return create;
}

constexpr auto kUnknown = static_cast<std::uint32_t>(Errc::outcome_unknown);

TEST(LeadTest, WhoWaitsWhenTheLeadIsLostIsToldThatTheOutcomeIsUnknown) {
  TestNode node;
  node.found();
  const std::size_t leading = node.actors.actors();
  // The command has reached the leader, its record is never committed: the log actor has ended before.
  node.actors.end(node.log_actor);
  const Told told = node.submit(creation("web"));
  node.actors.run();
  EXPECT_FALSE(told->has_value());
  node.actors.tell(node.view, LeadLost{Term{1}});
  ASSERT_TRUE(told->has_value());
  EXPECT_EQ((*told)->code(), kUnknown);
  EXPECT_NE((*told)->text().find("outcome unknown"), std::string::npos) << (*told)->text();
  node.actors.pass(1s);
  EXPECT_EQ(node.actors.actors(), leading - 1 - 4) << "directory, scheduler, reaper and the node's actor end too";
}

TEST(LeadTest, CommandsWaitForALeadButNotForEver) {
  TestNode node;
  node.found();
  node.lose_lead();
  const Told told = node.submit(creation("web"));
  node.actors.pass(9s);
  EXPECT_FALSE(told->has_value());
  node.actors.pass(2s);
  ASSERT_TRUE(told->has_value());
  EXPECT_EQ((*told)->code(), static_cast<std::uint32_t>(Errc::unavailable));
}

TEST(LeadTest, ACommandThatWaitedIsCarriedOutWhenTheLeadIsThere) {
  TestNode node;
  node.found();
  node.lose_lead();
  const Told told = node.submit(creation("web"));
  node.actors.pass(5s);
  node.regain_lead();
  node.actors.pass(10s);
  ASSERT_TRUE(told->has_value());
  EXPECT_EQ((*told)->code(), 0U) << (*told)->text();
  EXPECT_EQ(node.executor.running(), 1U);
}

TEST(LeadTest, TasksRunOnWithoutALeadAndTheNextTermGoesOn) {
  TestNode node;
  node.found();
  const std::string id = node.create("web", [](ServiceSpec& spec) { replicas(spec, 3); });
  node.actors.pass(100ms);
  node.lose_lead();
  const std::string lost = node.executor.containers.begin()->first;
  node.executor.exit(lost, 1);
  node.actors.pass(10s);
  EXPECT_EQ(node.executor.running(), 2U) << "nobody replaces it meanwhile";
  EXPECT_EQ(node.tasks(TASK_RUNNING).size(), 3U) << "nor is its end recorded";
  node.regain_lead();
  node.actors.pass(100ms);
  EXPECT_EQ(node.tasks(TASK_FAILED).size(), 1U) << "the agent tells it to the new term";
  node.actors.pass(6s);
  EXPECT_EQ(node.executor.running(), 3U);
  EXPECT_EQ(node.remove(id).code(), 0U);
  node.actors.pass(1s);
  EXPECT_TRUE(node.tasks().empty());
  EXPECT_TRUE(node.executor.containers.empty());
}

TEST(LeadTest, AServiceRemovedJustBeforeTheLeadWentIsCleanedUpByTheNextTerm) {
  TestNode node;
  node.found();
  const std::string id = node.create("web", [](ServiceSpec& spec) { replicas(spec, 2); });
  node.actors.pass(100ms);
  node.executor.waits = true;
  EXPECT_EQ(node.remove(id).code(), 0U);
  node.lose_lead();
  node.executor.waits = false;
  node.executor.answer_all();
  node.actors.pass(1s);
  EXPECT_EQ(node.tasks().size(), 2U);
  node.regain_lead();
  node.actors.pass(1s);
  EXPECT_TRUE(node.tasks().empty());
  EXPECT_TRUE(node.executor.containers.empty());
}

TEST(LeadTest, AnotherLifeOfTheDaemonAdoptsWhatRuns) {
  TestNode node;
  node.found();
  node.create("web", [](ServiceSpec& spec) { replicas(spec, 3); });
  node.actors.pass(100ms);
  const std::size_t calls = node.executor.calls.size();
  const std::string digest = node.state_digest();
  node.restart();
  EXPECT_EQ(node.state_digest(), digest) << "folded again";
  node.actors.pass(10s);
  EXPECT_EQ(node.executor.running(), 3U);
  EXPECT_EQ(node.executor.calls.size(), calls) << "nothing is made, stopped or removed";
  EXPECT_EQ(node.tasks(TASK_RUNNING).size(), 3U);
}

TEST(LeadTest, WhatEndedWhileTheDaemonWasAwayIsReplaced) {
  TestNode node;
  node.found();
  node.create("web", [](ServiceSpec& spec) { replicas(spec, 2); });
  node.actors.pass(100ms);
  node.executor.containers.begin()->second.running = false;
  node.restart();
  node.actors.pass(6s);
  EXPECT_EQ(node.executor.running(), 2U);
  EXPECT_EQ(node.tasks(TASK_RUNNING).size(), 2U);
}

TEST(DiskTest, AFullDiskMakesOutcomesUnknownAndRefusesUntilThereIsRoom) {
  TestNode node;
  node.found();
  node.create("web", [](ServiceSpec& spec) { replicas(spec, 2); });
  node.actors.pass(1s);
  const LogIndex before = node.log.last();
  node.log.fail_next_append(FaultyLog::Fault::disk_full);
  const Outcome unknown = node.done(creation("two"));
  EXPECT_EQ(unknown.code(), kUnknown) << unknown.text();
  const Outcome refused = node.done(creation("three"));
  EXPECT_EQ(refused.code(), static_cast<std::uint32_t>(Errc::exhausted));
  EXPECT_NE(refused.text().find("no space left on the disk"), std::string::npos);
  EXPECT_EQ(node.log.last(), before);
  EXPECT_EQ(node.executor.running(), 2U) << "what runs runs on";
  node.actors.pass(2s);
  EXPECT_TRUE(node.given_up.empty());
  EXPECT_GT(node.log.last(), before) << "the group under way was tried again";
  EXPECT_EQ(node.done(creation("four")).code(), 0U);
  node.actors.pass(1s);
  EXPECT_EQ(node.executor.running(), 4U) << "web, two (which was unknown) and four";
}

TEST(DiskTest, WhatWasLeftUndoneWhileTheDiskWasFullIsDoneAfterwards) {
  TestNode node;
  node.found();
  const std::string web = node.create("web", [](ServiceSpec& spec) {
    replicas(spec, 3);
    spec.mutable_task()->mutable_restart()->set_delay_ns(1'000'000'000);
  });
  const std::string gone = node.create("gone", [](ServiceSpec& spec) { replicas(spec, 2); });
  node.actors.pass(1s);
  ASSERT_EQ(node.update(web, [](ServiceSpec& spec) { replicas(spec, 5); }).code(), 0U);
  for (int appends = 0; appends < 3; ++appends) {
    node.log.fail_next_append(FaultyLog::Fault::disk_full);
    for (auto& [id, container] : node.executor.containers) {
      if (!container.running) continue;
      node.executor.exit(id, 1);
      break;
    }
    node.remove(gone);
    node.actors.pass(3s);
  }
  node.actors.pass(20s);
  EXPECT_TRUE(node.given_up.empty());
  node.remove(gone);
  node.actors.pass(5s);
  EXPECT_EQ(node.tasks(TASK_RUNNING).size(), 5U);
  EXPECT_EQ(node.executor.running(), 5U);
}

TEST(DiskTest, AStoryToldOnADiskThatIsOftenFullEndsWellOnceItIsNot) {
  for (std::uint64_t seed = 1; seed <= 100 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    TestNode node{seed};
    node.found();
    const std::string web = node.create("web", [](ServiceSpec& spec) { replicas(spec, 3); });
    const std::string gone = node.create("gone", [](ServiceSpec& spec) { replicas(spec, 2); });
    node.actors.pass(1s);
    SeededRng rng{seed};
    node.log.set_odds(rng, {300'000, 0, 0});
    const auto scale = [&](std::uint64_t count) { return [count](ServiceSpec& spec) { replicas(spec, count); }; };
    node.update(web, scale(6));
    node.remove(gone);
    node.actors.pass(2s);
    node.update(web, scale(2));
    node.actors.pass(2s);
    node.log.set_odds(rng, {});
    node.actors.pass(15s);
    EXPECT_EQ(node.update(web, scale(4)).code(), 0U);
    node.remove(gone);  // unless it was removed already
    node.actors.pass(15s);
    EXPECT_TRUE(node.given_up.empty());
    EXPECT_EQ(node.tasks(TASK_RUNNING).size(), 4U);
    EXPECT_EQ(node.executor.running(), 4U);
    EXPECT_EQ(node.service(gone), nullptr);
  }
}

TEST(DiskTest, AnyOtherFailureOfTheDiskStopsTheNode) {
  TestNode node;
  node.found();
  node.log.fail_next_append(FaultyLog::Fault::before_write);
  const Told told = node.submit(creation("web"));
  node.actors.run();
  ASSERT_EQ(node.given_up.size(), 1U);
  EXPECT_EQ(node.given_up[0].code, Errc::fault);
  EXPECT_FALSE(told->has_value() && (*told)->code() == 0) << "nothing is acknowledged";
}

TEST(DigestTest, AStateThatDiffersFromTheRecordedOneStopsTheNode) {
  TestNode node;
  node.found();
  const auto record_digest = [&](std::uint64_t at, const std::string& digest) {
    auto decision = std::make_shared<Decision>();
    StateDigestRecorded& recorded = *decision->events.emplace_back().mutable_state_digest_recorded();
    recorded.set_at_index(at);
    recorded.set_state_digest(digest);
    node.actors.tell(node.log_actor, Propose{0, decision, {}, {}});
  };
  while (node.log.last().value() < kDigestEvery) record_digest(1, "not judged: no digest of ours at 1");
  ASSERT_TRUE(node.given_up.empty());
  const LogIndex recorded = node.log.last();
  EXPECT_GT(recorded.value(), kDigestEvery) << "the leader has recorded its own, which agrees";
  record_digest(kDigestEvery, std::string(32, 'x'));
  ASSERT_EQ(node.given_up.size(), 1U);
  EXPECT_EQ(node.given_up[0].code, Errc::fault);
}

}  // namespace
}  // namespace skein::test
