// The log: in order, without gap or repeat, filtered, followed, explained.
#include <gmock/gmock.h>

#include <array>
#include <future>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/runtime/control/control_fixture.h"

namespace skein {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Log : public ControlFixture {
 protected:
  std::vector<nlohmann::json> tail(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"log", "tail", "--format", "json"});
    const Ran ran = skein(std::move(arguments));
    EXPECT_EQ(ran.code, 0) << ran.err;
    std::vector<nlohmann::json> out;
    std::istringstream lines{ran.out};
    for (std::string line; std::getline(lines, line);) out.push_back(nlohmann::json::parse(line));
    return out;
  }
  std::vector<std::string> types(std::vector<std::string> arguments) {
    std::vector<std::string> out;
    for (const auto& line : tail(std::move(arguments))) out.push_back(line["type"]);
    return out;
  }
  Event observed(const std::string& task, TaskState state) {
    Event event = event_about(task);
    event.mutable_task_observed()->mutable_status()->set_state(state);
    return event;
  }
  std::uint64_t append(Event event, const char* principal, const char* via, std::uint64_t cause,
                       const char* kind = "") {
    Record record;
    record.mutable_origin()->set_principal(principal);
    record.mutable_origin()->set_via(via);
    record.mutable_origin()->set_cause_index(cause);
    record.mutable_origin()->set_command_kind(kind);
    *record.add_events() = std::move(event);
    return world_.gateway->append(record);
  }
};

TEST_F(Log, TailIsWholeAndInOrder) {
  const auto lines = tail({});
  ASSERT_EQ(lines.size(), 18U);  // 16 records, the first with three events
  std::uint64_t last = 0;
  for (const auto& line : lines) {
    EXPECT_GE(line["index"], last);
    EXPECT_LE(line["index"], last + 1);
    last = line["index"];
  }
  EXPECT_EQ(last, 16U);
}

TEST_F(Log, TailGoesOnFromAnIndex) {
  const auto lines = tail({"--from", "15"});
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines.front()["index"], 15);
  EXPECT_TRUE(tail({"--from", "17"}).empty());
}

TEST_F(Log, FiltersPickEventsByWhatTheyAreAndWhose) {
  EXPECT_THAT(types({"--filter", "type=ServiceCreated"}),
              ElementsAre("ServiceCreated", "ServiceCreated", "ServiceCreated"));
  EXPECT_EQ(types({"--filter", "type=Task*"}).size(), 9U);
  EXPECT_EQ(types({"--filter", "principal=root (uid 0)"}).size(), 3U);
  EXPECT_THAT(types({"--filter", "service=glob"}), ElementsAre("ServiceCreated"));
  EXPECT_EQ(types({"--filter", "service=web"}).size(), 10U);                         // its tasks are its own
  EXPECT_EQ(types({"--filter", "service=8d50v0kf58xg", "--from", "9"}).size(), 8U);  // also those born before
  EXPECT_THAT(types({"--filter", "node=node4"}),
              ElementsAre("NodeJoined", "NodeStatusChanged", "TaskAssigned", "TaskObserved"));
  EXPECT_THAT(types({"--filter", "node=node4", "--filter", "type=TaskObserved", "--from", "13"}),
              ElementsAre("TaskObserved"));
  EXPECT_THAT(types({"--filter", "type=NodeJoined", "--filter", "type=NetworkCreated"}),
              ElementsAre("NodeJoined", "NetworkCreated", "NodeJoined"));
}

TEST_F(Log, AFilterThatIsNoneIsRefused) {
  const Ran ran = skein({"log", "tail", "--filter", "colour=red"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.err, "Error response from daemon: invalid filter 'colour=red'\n");
}

TEST_F(Log, FollowersSeeEverythingOnceAcrossARestart) {
  std::vector<std::uint64_t> seen;
  control::SubscribeRequest request;
  request.set_from(1);
  request.set_follow(true);
  const auto follow = [&](std::uint64_t until) {
    return client()->subscribe(request, [&](const control::RecordBatch& batch) {
      for (const Record& record : batch.records()) seen.push_back(record.index());
      request.set_from(batch.next());
      return batch.next() <= until;
    });
  };
  auto first = std::async(std::launch::async, [&] { return follow(30); });
  for (int i = 0; i < 14; ++i) world_.gateway->append(observed(kTask1, TASK_RUNNING));
  EXPECT_TRUE(first.get());
  stop();
  for (int i = 0; i < 10; ++i) world_.gateway->append(observed(kTask2, TASK_RUNNING));
  start();
  EXPECT_TRUE(follow(40));
  ASSERT_EQ(seen.size(), 40U);
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], i + 1);
}

TEST_F(Log, AFollowingProgramGoesOnWhenTheDaemonComesBack) {
  std::array<std::promise<void>, 2> printed;
  int flushes = 0;
  on_flush_ = [&] {
    if (flushes < 2) printed[static_cast<std::size_t>(flushes)].set_value();
    ++flushes;
  };
  int pauses = 0;
  on_pause_ = [&] {
    if (++pauses == 2) out_->setstate(std::ios::badbit);  // as when its reader goes: it is to end
    world_.gateway->append(observed(kTask2, TASK_RUNNING));
    start();
  };
  auto program = std::async(std::launch::async, [&] { return skein({"log", "tail", "--follow", "--format", "json"}); });
  for (auto& each : printed) {
    each.get_future().wait();
    stop();
  }
  const Ran ran = program.get();
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(pauses, 2);
  std::set<std::uint64_t> seen;
  std::istringstream lines{ran.out};
  for (std::string line; std::getline(lines, line);) {
    const auto json = nlohmann::json::parse(line);
    const auto index = json["index"].get<std::uint64_t>();
    const bool repeated = index > 1 && !seen.insert(index).second;
    EXPECT_FALSE(repeated) << line;
  }
  EXPECT_EQ(seen.size(), 16U);  // 2 to 17; 18 came when nobody read any more
}

TEST_F(Log, ShowIsTheWholeRecord) {
  const Ran ran = skein({"log", "show", "1"});
  EXPECT_EQ(ran.code, 0);
  const auto record = nlohmann::json::parse(ran.out);
  EXPECT_EQ(record["index"], 1);
  EXPECT_EQ(record["events"].size(), 3U);
  const Ran none = skein({"log", "show", "99"});
  EXPECT_EQ(none.code, 1);
  EXPECT_EQ(none.err, "Error: there is no record 99 in the log\n");
}

TEST_F(Log, VerifyCountsAndReplayFailsOnADifference) {
  EXPECT_THAT(skein({"log", "verify"}).out, HasSubstr("16 records verified"));
  world_.gateway->replay_report = {16, 18, 0.5, "same", "same", LogIndex{16}};
  const Ran same = skein({"log", "replay"});
  EXPECT_EQ(same.code, 0);
  EXPECT_THAT(same.out, HasSubstr("16 records, 18 events replayed in 0.50 s: 36 events/s\n"));
  EXPECT_THAT(same.out, HasSubstr("equals the live state at index 16"));
  world_.gateway->replay_report.live_digest = "other";
  const Ran differs = skein({"log", "replay"});
  EXPECT_EQ(differs.code, 1);
  EXPECT_THAT(differs.out, HasSubstr("DIFFERS"));
}

// web is updated by somebody; the orchestrator wants its first task gone, the node ends it.
class Why : public Log {
 protected:
  Why() {
    Event updated = event_about(kWeb);
    *updated.mutable_service_updated()->mutable_spec() = simple_spec("web", "bb:2");
    update_ = append(updated, "alice (uid 1000)", "docker/28.2.2", 0, "UpdateService");
    append(observed(kTask3, TASK_RUNNING), "node x", "agent", 0);  // has nothing to do with it
    Event unwanted = event_about(kTask1);
    unwanted.mutable_task_desired_state_set()->set_desired(TASK_SHUTDOWN);
    unwanted_ = append(unwanted, "skein", "orchestrator", update_);
    ended_ = append(observed(kTask1, TASK_SHUTDOWN), "node x", "agent", unwanted_);
  }
  std::vector<std::uint64_t> chain(const cli::WhyReport& report) {
    std::vector<std::uint64_t> out;
    for (const control::WhyStep& step : report.steps) out.push_back(step.record().index());
    return out;
  }
  std::uint64_t update_ = 0, unwanted_ = 0, ended_ = 0;
};

TEST_F(Why, ATasksChainGoesBackToTheCommandAndWhoGaveIt) {
  control::WhyRequest request;
  request.set_kind(control::TASKS);
  request.set_typed(kTask1);
  const auto report = client()->why(request);
  ASSERT_TRUE(report) << report.refusal().text;
  // The spec it was born with, its own life, and what the end of it was because of.
  EXPECT_THAT(chain(*report), ElementsAre(5, 8, 9, 10, update_, unwanted_, ended_));
  const Ran ran = skein({"why", "task", "sy43g0aqws5l"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("web.1.sy43g0aqws5l378icpwnvoteq  sy43g0aqws5l378icpwnvoteq\n"));
  EXPECT_THAT(ran.out, HasSubstr("alice (uid 1000) via docker/28.2.2: UpdateService\n"
                                 "          ServiceUpdated 8d50v0kf58xg: web: replicated, image bb:2, replicas 1\n"));
  EXPECT_THAT(ran.out, HasSubstr("skein via orchestrator  (because of 17)\n"
                                 "          TaskDesiredStateSet sy43g0aqws5l: wanted: shutdown\n"));
  EXPECT_LT(ran.out.find("ServiceUpdated"), ran.out.find("TaskDesiredStateSet"));
}

TEST_F(Why, TheKindNeedNotBeSaid) {
  EXPECT_THAT(skein({"why", "web"}).out, HasSubstr("alice (uid 1000) via docker/28.2.2: UpdateService"));
  EXPECT_THAT(skein({"why", "node4"}).out, HasSubstr("NodeJoined gbm78r9eiii2: node4 as worker"));
  EXPECT_THAT(skein({"why", kTask1}).out, HasSubstr("wanted: shutdown"));
  const Ran unknown = skein({"why", "nothing"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_EQ(unknown.err, "Error response from daemon: no such task, service or node: nothing\n");
}

TEST_F(Why, AtAMomentKnowsNothingLater) {
  const std::string out = skein({"why", "service", "web", "--at", "16"}).out;
  EXPECT_THAT(out, HasSubstr("ServiceCreated"));
  EXPECT_EQ(out.find("ServiceUpdated"), std::string::npos);
}

TEST_F(Why, WhatIsGoneIsExplainedFromTheLog) {
  const std::uint64_t removed = append(
      [] {
        Event event = event_about(kGlobal);
        event.mutable_service_removed();
        return event;
      }(),
      "bob (uid 1001)", "skein/0.1.0", 0, "RemoveService");
  append(observed(kTask3, TASK_RUNNING), "node x", "agent", 0);
  control::WhyRequest request;
  request.set_kind(control::SERVICES);
  request.set_typed("glob");
  const auto report = client()->why(request);
  ASSERT_TRUE(report) << report.refusal().text;
  EXPECT_THAT(chain(*report), ElementsAre(6, removed));
  EXPECT_THAT(skein({"why", "glob"}).out, HasSubstr("bob (uid 1001) via skein/0.1.0: RemoveService\n"));
  Event reaped = event_about(kTask1);
  reaped.mutable_task_reaped();
  const std::uint64_t end = append(reaped, "skein", "reaper", ended_);
  request.set_kind(control::TASKS);
  request.set_typed("sy43g0aqws5l");
  const auto task = client()->why(request);
  ASSERT_TRUE(task) << task.refusal().text;
  EXPECT_THAT(chain(*task), ElementsAre(5, 8, 9, 10, update_, unwanted_, ended_, end));
}

TEST_F(Why, OfALargeRecordOnlyWhatMattersIsTold) {
  Record many;
  many.mutable_origin()->set_cause_index(update_);
  for (int i = 0; i < 50; ++i) {
    Event born = event_about("crowdedtask00000000000" + std::to_string(100 + i));
    born.mutable_task_created()->set_service_id(kWeb);
    born.mutable_task_created()->set_spec_version(update_);
    born.mutable_task_created()->set_slot(static_cast<std::uint64_t>(10 + i));
    *many.add_events() = born;
  }
  world_.gateway->append(many);
  control::WhyRequest request;
  request.set_kind(control::TASKS);
  request.set_typed("crowdedtask00000000000149");
  const auto report = client()->why(request);
  ASSERT_TRUE(report) << report.refusal().text;
  EXPECT_THAT(chain(*report), ElementsAre(update_, ended_ + 1));
  EXPECT_EQ(report->steps.back().record().events_size(), 1);
  EXPECT_EQ(report->steps.back().events_left_out(), 49U);
}

}  // namespace
}  // namespace skein
