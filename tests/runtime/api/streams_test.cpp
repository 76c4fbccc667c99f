#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <thread>

#include "events/base/clock.h"
#include "runtime/api/log_stream.h"
#include "runtime/api/service_logs.h"
#include "tests/runtime/api/world.h"

namespace skein {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr std::int64_t kSecondNs = 1'000'000'000;

std::vector<nlohmann::json> lines_of(const std::string& body) {
  std::vector<nlohmann::json> out;
  std::istringstream in{body};
  for (std::string line; std::getline(in, line);) out.push_back(nlohmann::json::parse(line));
  return out;
}

// Docker's frames as (stream, text).
std::vector<std::pair<int, std::string>> frames_of(std::string_view body) {
  std::vector<std::pair<int, std::string>> out;
  while (body.size() >= 8) {
    std::size_t size = 0;
    for (std::size_t i = 4; i < 8; ++i) size = size << 8 | static_cast<unsigned char>(body[i]);
    out.emplace_back(body[0], body.substr(8, size));
    body.remove_prefix(8 + size);
  }
  EXPECT_TRUE(body.empty()) << "a torn frame";
  return out;
}

class StreamsTest : public ::testing::Test {
 protected:
  StreamsTest() { world.found_swarm(); }

  // Replays everything: the fake clock is behind `until` only once it is moved, so end by it.
  std::vector<nlohmann::json> events(const std::string& more = "") {
    world.clock.at = WallTime{1'795'400'000 * kSecondNs};
    return lines_of(world.ask("GET", "/events?since=1&until=1795300000" + more).body);
  }
  static std::vector<std::string> told(const std::vector<nlohmann::json>& notices) {
    std::vector<std::string> out;
    for (const auto& each : notices)
      out.push_back(each.at("Type").get<std::string>() + " " + each.at("Action").get<std::string>());
    return out;
  }
  Record timed(Event event, std::int64_t at_s) {
    Record record;
    record.set_at_ns(at_s * kSecondNs);
    *record.add_events() = std::move(event);
    return record;
  }
  Event scaled(std::uint64_t replicas) {
    Event event = event_about(kWeb);
    ServiceSpec spec = simple_spec("web", "bb:1");
    spec.mutable_replicated()->set_replicas(replicas);
    *event.mutable_service_updated()->mutable_spec() = spec;
    return event;
  }
  World world;
};

TEST_F(StreamsTest, EventsReplayFromTheFirstRecord) {
  EXPECT_THAT(told(events()), ElementsAre("node create", "network create", "node update", "node create", "node update",
                                          "service create", "service create", "service create", "container create",
                                          "container start", "container create", "container start"));
}

TEST_F(StreamsTest, ServiceUpdatesSayWhatChanged) {
  world.gateway->append(scaled(5));
  const auto update = events(R"(&filters={"event":["update"],"type":["service"]})");
  ASSERT_EQ(update.size(), 1U);
  EXPECT_EQ(update[0].at("/Actor/Attributes"_json_pointer),
            nlohmann::json::parse(R"({"name":"web","replicas.old":"3","replicas.new":"5"})"));
  EXPECT_EQ(update[0].at("scope"), "swarm");
  EXPECT_EQ(update[0].at("/Actor/ID"_json_pointer), kWeb);
}

TEST_F(StreamsTest, OneRecordIsOneNoticeAnAggregate) {
  Record record;
  *record.add_events() = scaled(5);
  Event progressed = event_about(kWeb);
  progressed.mutable_service_update_progressed()->mutable_status()->set_state(UpdateStatus::UPDATING);
  *record.add_events() = progressed;
  world.gateway->append(record);
  const auto update = events(R"(&filters={"service":["web"],"event":["update"]})");
  ASSERT_EQ(update.size(), 1U);
  EXPECT_EQ(update[0].at("/Actor/Attributes/updatestate.new"_json_pointer), "updating");
  EXPECT_EQ(update[0].at("/Actor/Attributes/replicas.old"_json_pointer), "3");
}

TEST_F(StreamsTest, ContainersDieWithTheirExitCode) {
  Event failed = event_about(kTask1);
  TaskStatus& status = *failed.mutable_task_observed()->mutable_status();
  status.set_state(TASK_FAILED);
  status.set_has_container(true);
  status.set_container_id(std::string{"c"} + kTask1);
  status.set_exit_code(137);
  world.gateway->append(failed);
  const auto died = events(R"(&filters={"event":["die"]})");
  ASSERT_EQ(died.size(), 1U);
  EXPECT_EQ(died[0].at("id"), std::string{"c"} + kTask1);
  EXPECT_EQ(died[0].at("from"), "bb:1");
  EXPECT_EQ(died[0].at("/Actor/Attributes/exitCode"_json_pointer), "137");
  EXPECT_EQ(died[0].at("/Actor/Attributes/com.docker.swarm.task.name"_json_pointer), std::string{"web.1."} + kTask1);
}

TEST_F(StreamsTest, ContainersAreToldWithTheSpecTheyWereBornWith) {
  Event updated = event_about(kWeb);
  *updated.mutable_service_updated()->mutable_spec() = simple_spec("web", "bb:2");
  world.gateway->append(updated);
  Event ended = event_about(kTask1);
  ended.mutable_task_observed()->mutable_status()->set_state(TASK_SHUTDOWN);
  world.gateway->append(timed(ended, 1'795'200'000));
  for (const char* since : {"1", "1795199999"}) {  // folded from the start, and seeded from a View
    world.clock.at = WallTime{1'795'400'000 * kSecondNs};
    const auto died = lines_of(
        world.ask("GET", std::string{"/events?until=1795300000&filters={\"event\":[\"die\"]}&since="} + since).body);
    ASSERT_EQ(died.size(), 1U) << since;
    EXPECT_EQ(died[0].at("from"), "bb:1") << since;
  }
}

TEST_F(StreamsTest, RemovalsKnowTheName) {
  Event removed = event_about(kJob);
  removed.mutable_service_removed();
  world.gateway->append(removed);
  const auto told_of = events(R"(&filters={"event":["remove"]})");
  ASSERT_EQ(told_of.size(), 1U);
  EXPECT_EQ(told_of[0].at("/Actor/Attributes/name"_json_pointer), "job");
}

TEST_F(StreamsTest, SinceBeginsWithTheStateOfThatMoment) {
  world.gateway->append(timed(scaled(4), 1'795'200'000));
  world.gateway->append(timed(scaled(9), 1'795'200'010));
  world.clock.at = WallTime{1'795'400'000 * kSecondNs};
  const auto notices = lines_of(world.ask("GET", "/events?since=1795200005&until=1795300000").body);
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices[0].at("/Actor/Attributes/replicas.old"_json_pointer), "4");
  EXPECT_EQ(notices[0].at("time"), 1'795'200'010);
}

TEST_F(StreamsTest, UntilEndsTheStream) {
  world.gateway->append(timed(scaled(4), 1'795'200'000));
  world.clock.at = WallTime{1'795'400'000 * kSecondNs};
  EXPECT_TRUE(lines_of(world.ask("GET", "/events?since=1795199999&until=1795199999").body).empty());
  EXPECT_EQ(world.ask("GET", "/events?since=2&until=1").status, 400);
  EXPECT_EQ(world.ask("GET", "/events?since=frob").status, 400);
}

TEST_F(StreamsTest, ServiceLogsCarryTheDetailsTheCliNeeds) {
  const auto answer = world.ask("GET", "/v1.42/services/web/logs?stdout=1&stderr=1&details=1&tail=all");
  EXPECT_EQ(answer.content_type, "application/vnd.docker.multiplexed-stream");
  const auto frames = frames_of(answer.body);
  ASSERT_EQ(frames.size(), 4U);
  EXPECT_EQ(frames[0].first, 1);
  EXPECT_EQ(frames[0].second, std::string{"com.docker.swarm.node.id="} + kNode1 + ",com.docker.swarm.service.id=" +
                                  kWeb + ",com.docker.swarm.task.id=" + kTask1 + " out 1\n");
  EXPECT_EQ(frames[1].first, 2);
  EXPECT_THAT(frames[2].second, EndsWith(" out 3\n"));
  EXPECT_EQ(frames[3].first, 3) << "one task runs elsewhere, and that is said";
  EXPECT_THAT(frames[3].second, HasSubstr(kNode4));
}

// A client that calls `heard` with every frame and leaves when that returns false.
struct LeavingClient final : OutStream {
  explicit LeavingClient(std::function<bool(std::string_view)> its_heard) : heard{std::move(its_heard)} {}
  bool open() override { return true; }
  bool write(std::string_view bytes) override { return here = here && heard(bytes); }
  bool gone() override { return !here; }
  std::function<bool(std::string_view)> heard;
  bool here = true;
};

TEST_F(StreamsTest, FollowingAServicePicksUpContainersThatComeLater) {
  const std::string late = "latetasklatetasklatetask1";
  int known = 0;
  bool heard_late = false;
  LeavingClient client{[&](std::string_view frame) {
    if (++known == 3) world.containers.come(container_of(late, 4, 1), {{false, WallTime{1}, "late\n"}});
    heard_late = frame.ends_with("late\n");
    return !heard_late;
  }};
  LogQuestion question;
  question.query.follow = true;
  FixedClock clock;
  SeededRng rng{1};
  const ApiContext context{
      world.images, world.containers, world.node, [this] { return world.gateway; }, clock, rng, {}};
  EXPECT_TRUE(stream_logs(context, {kWeb, "", false}, question, client));
  EXPECT_TRUE(heard_late);
}

TEST_F(StreamsTest, LogsChooseStreamsTailAndTimestamps) {
  const std::string path = std::string{"/tasks/"} + kTask1 + "/logs";
  const auto err = frames_of(world.ask("GET", path + "?stderr=1&timestamps=1").body);
  ASSERT_EQ(err.size(), 1U);
  EXPECT_EQ(err[0].second, "2026-11-20T11:59:27.000000000Z err 1\n");
  const auto last = frames_of(world.ask("GET", path + "?stdout=1&stderr=1&tail=1").body);
  ASSERT_EQ(last.size(), 1U);
  EXPECT_EQ(last[0].second, "err 1\n");
  EXPECT_EQ(world.ask("GET", path).status, 400) << "no stream chosen";
  EXPECT_EQ(world.ask("GET", "/tasks/nope/logs?stdout=1").status, 404);
}

TEST_F(StreamsTest, ContainerLogsOfAnUnreadableDriverKeepTheirStatus) {
  world.containers.lines.clear();
  const auto answer = world.ask("GET", std::string{"/containers/c"} + kTask1 + "/logs?stdout=1");
  EXPECT_EQ(answer.status, 501);
  EXPECT_EQ(answer.message(), "configured logging driver does not support reading");
}

TEST_F(StreamsTest, OldClientsGetTheRawContentType) {
  EXPECT_EQ(world.ask("GET", std::string{"/v1.41/containers/c"} + kTask1 + "/logs?stdout=1").content_type,
            "application/vnd.docker.raw-stream");
}

TEST_F(StreamsTest, TheLogIsOneLineAnEventWithWhoAndWhy) {
  const auto answer = world.ask("GET", "/skein/v1/log");
  EXPECT_EQ(answer.content_type, "application/x-ndjson");
  const auto lines = lines_of(answer.body);
  ASSERT_GT(lines.size(), 3U);
  EXPECT_EQ(lines[0].at("index"), 1);
  EXPECT_EQ(lines[0].at("principal"), "root (uid 0)");
  EXPECT_EQ(lines[0].at("kind"), "FoundCluster");
  EXPECT_EQ(lines[0].at("type"), "ClusterFounded");
  EXPECT_EQ(lines[0].at("/event/worker_token_payload"_json_pointer), "776f726b65722d646967657374") << "digests, in hex";
  EXPECT_EQ(answer.body.find("SWMTKN"), std::string::npos);
  EXPECT_EQ(lines[1].at("type"), "NodeJoined");
  EXPECT_EQ(lines[1].at("/event/description/hostname"_json_pointer), "node1");
  EXPECT_EQ(lines[1].at("/event/role"_json_pointer), "MANAGER");
}

TEST_F(StreamsTest, TheLogIsResumedByIndexAndFiltered) {
  const auto all = lines_of(world.ask("GET", "/skein/v1/log").body);
  const auto rest = lines_of(world.ask("GET", "/skein/v1/log?from=3").body);
  EXPECT_EQ(rest.front().at("index"), 3);
  EXPECT_LT(rest.size(), all.size());
  EXPECT_EQ(lines_of(world.ask("GET", "/skein/v1/log?filter=type=TaskCreated").body).size(), 3U);
  EXPECT_EQ(
      lines_of(world.ask("GET", std::string{"/skein/v1/log?filter=aggregate=task&filter=id="} + kTask1).body).size(),
      3U);
  EXPECT_EQ(world.ask("GET", "/skein/v1/log?from=999").body, "");
  EXPECT_EQ(world.ask("GET", "/skein/v1/log?from=x").status, 400);
  EXPECT_EQ(world.ask("GET", "/skein/v1/log?filter=frob=1").status, 400);
}

TEST_F(StreamsTest, FollowingFromBeyondTheEndWaits) {
  const std::uint64_t end = world.gateway->append(scaled(4));
  LogStreamQuestion question{LogIndex{end + 1}, true, {}};
  std::vector<std::uint64_t> seen;
  std::thread reader{[&] {
    const auto line = [&](const Json& json) {
      seen.push_back(json["index"].get<std::uint64_t>());
      return seen.size() < 2;
    };
    EXPECT_TRUE(stream_records(*world.gateway, question, line, [] { return false; }));
  }};
  world.gateway->append(scaled(5));
  world.gateway->append(scaled(6));
  reader.join();
  EXPECT_THAT(seen, ElementsAre(end + 1, end + 2));
}

}  // namespace
}  // namespace skein
