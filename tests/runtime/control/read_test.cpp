// Reading the cluster: now, at a moment of the past, and one object by name.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/runtime/control/control_fixture.h"

namespace skein {
namespace {

using testing::HasSubstr;

class Reading : public ControlFixture {
 protected:
  std::uint64_t fail_task1() {
    Record record;
    record.set_at_ns(1'795'175'995'000'000'000);
    Event event = event_about(kTask1);
    TaskStatus& status = *event.mutable_task_observed()->mutable_status();
    status.set_state(TASK_FAILED);
    status.set_at_ns(record.at_ns());
    status.set_error("task: non-zero exit (3) and a very long story");
    *record.add_events() = event;
    return world_.gateway->append(record);
  }
};

TEST_F(Reading, AtAnIndexShowsTheClusterAsItWas) {
  const std::uint64_t failed = fail_task1();
  EXPECT_THAT(skein({"service", "ps", "web"}).out,
              HasSubstr("Failed 5 seconds ago     \"task: non-zero exit (3) and a…\""));
  const Ran before = skein({"service", "ps", "web", "--at", std::to_string(failed - 1)});
  EXPECT_EQ(before.out.find("Failed"), std::string::npos);
  EXPECT_THAT(skein({"service", "ls", "--at", std::to_string(failed - 1)}).out, HasSubstr("3/3"));
  EXPECT_THAT(skein({"service", "ls"}).out, HasSubstr("2/3"));
}

TEST_F(Reading, AtATimeCountsAgesFromThen) {
  fail_task1();
  EXPECT_THAT(skein({"service", "ps", "web", "--at", "2026-11-20T11:59:55Z"}).out,
              HasSubstr("Failed less than a second ago"));
  EXPECT_THAT(skein({"service", "ps", "web", "--at", "2026-11-20T11:59:30Z"}).out, HasSubstr("Running 3 seconds ago"));
}

TEST_F(Reading, BeforeItWasBornAnObjectIsNotFound) {
  const Ran ran = skein({"service", "inspect", "web", "--at", "2"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.out, "[]\n");
  EXPECT_EQ(ran.err, "Error response from daemon: service web not found\n");
}

TEST_F(Reading, AMomentThatIsNoneIsMisuse) {
  const Ran ran = skein({"node", "ls", "--at", "yesterday"});
  EXPECT_EQ(ran.code, 125);
  EXPECT_THAT(ran.err, HasSubstr("give a log index or an RFC 3339 time"));
}

TEST_F(Reading, InspectIsDockersJson) {
  const Ran ran = skein({"service", "inspect", "web"});
  const auto json = nlohmann::json::parse(ran.out);
  ASSERT_EQ(json.size(), 1U);
  EXPECT_EQ(json[0]["ID"], kWeb);
  EXPECT_EQ(json[0]["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"], "bb:1");
  EXPECT_EQ(json[0]["Spec"]["Mode"]["Replicated"]["Replicas"], 3);
  EXPECT_EQ(nlohmann::json::parse(skein({"task", "inspect", kTask1}).out)[0]["Status"]["State"], "running");
  EXPECT_EQ(nlohmann::json::parse(skein({"node", "inspect", "node1"}).out)[0]["ManagerStatus"]["Leader"], true);
  EXPECT_EQ(nlohmann::json::parse(skein({"network", "inspect", "bridge"}).out)[0]["Scope"], "local");
  EXPECT_EQ(nlohmann::json::parse(skein({"network", "inspect", "ingress"}).out)[0]["Scope"], "swarm");
}

TEST_F(Reading, WhatIsMissingDoesNotHideWhatIsThere) {
  const Ran ran = skein({"node", "inspect", "node4", "nope", "--format", "json"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, HasSubstr(kNode4));
  EXPECT_EQ(ran.err, "Error response from daemon: node nope not found\n");
}

TEST_F(Reading, PrettyIsDockers) {
  EXPECT_EQ(skein({"service", "inspect", "--pretty", "glob"}).out,
            "\nID:\t\tckjfvh26k8tvrvwdwmp9hdekj\nName:\t\tglob\nService Mode:\tGlobal\nPlacement:\nUpdateConfig:\n"
            " Parallelism:\t1\n On failure:\tpause\n Monitoring Period: 5s\n Max failure ratio: 0\n"
            " Update order:      stop-first\nRollbackConfig:\n Parallelism:\t1\n On failure:\tpause\n"
            " Monitoring Period: 5s\n Max failure ratio: 0\n Rollback order:    stop-first\nContainerSpec:\n"
            " Image:\t\tbb:1\n Args:\t\tsleep 100000 \nResources:\nEndpoint Mode:\tvip\n\n");
  const std::string node = skein({"node", "inspect", "--pretty", "node1"}).out;
  EXPECT_THAT(node, HasSubstr("ID:\t\t\tiiy9n7pqrbkzx4kf1gb0al0n0\nHostname:              \tnode1\nJoined at:"));
  EXPECT_THAT(node, HasSubstr("Status:\n State:\t\t\tReady\n Availability:         \tActive\n Address:\t\t10.98.0.1\n"
                              "Manager Status:\n Address:\t\t10.98.0.1:2377\n Raft Status:\t\tReachable\n"
                              " Leader:\t\tYes\nPlatform:\n Operating System:\tlinux\n Architecture:\t\tx86_64\n"
                              "Resources:\n CPUs:\t\t\t2\n Memory:\t\t23.54GiB\n"));
}

TEST_F(Reading, NodePsIsOfThisNodeUnlessNamed) {
  EXPECT_THAT(skein({"node", "ps"}).out, HasSubstr("web.1"));
  EXPECT_EQ(skein({"node", "ps"}).out.find("web.2"), std::string::npos);
  EXPECT_THAT(skein({"node", "ps", "node4"}).out, HasSubstr("web.2"));
}

TEST_F(Reading, ALongAnswerComesWholeInPages) {
  Record many;
  ServiceSpec spec = simple_spec("many", "bb:1");
  spec.mutable_task()->mutable_container()->add_env("X=" + std::string(100'000, 'x'));
  for (int i = 0; i < 40; ++i) {
    const std::string id = "service0000000000000000" + std::to_string(10 + i);
    Event event = event_about(id);
    spec.set_name("many" + std::to_string(i));
    *event.mutable_service_created()->mutable_spec() = spec;
    *many.add_events() = event;
  }
  world_.gateway->append(many);
  const auto talk = client();
  control::Question question;
  question.set_kind(control::SERVICES);
  const auto answer = talk->ask(question);
  ASSERT_TRUE(answer) << answer.refusal().text;
  EXPECT_EQ(answer->services_size(), 43);
  EXPECT_EQ(answer->counts_size(), 43);
  EXPECT_GT(answer->ByteSizeLong(), 4'000'000U);
}

TEST_F(Reading, InfoTellsWhereTheLogIs) {
  const Ran ran = skein({"info"});
  EXPECT_THAT(ran.out, HasSubstr(" Swarm: active\n  NodeID: iiy9n7pqrbkzx4kf1gb0al0n0\n  Is Manager: true\n"));
  EXPECT_THAT(ran.out, HasSubstr("  Log Index: 16\n"));
  EXPECT_EQ(nlohmann::json::parse(skein({"info", "--format", "json"}).out)["Swarm"]["Index"], 16);
}

TEST_F(Reading, LogsComeFromTheContainersWithTheirTasks) {
  const Ran ran = skein({"service", "logs", "web"});
  EXPECT_THAT(ran.out, HasSubstr("web.1.sy43g0aqws5l@node1    | out 1\n"));
  EXPECT_THAT(ran.out, HasSubstr("web.3.ptx9tsxxpbdq@node1    | out 3\n"));
  EXPECT_THAT(ran.err, HasSubstr("web.1.sy43g0aqws5l@node1    | err 1\n"));
  EXPECT_THAT(ran.err, HasSubstr("logs of node gbm78r9eiii29t0tgjeusjyfz can only be read there"));
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(skein({"service", "logs", "--raw", kTask3}).out, "out 3\n");
  EXPECT_EQ(skein({"service", "logs", "--raw", "--timestamps", kTask3}).out, "2026-11-20T11:59:27.000000000Z out 3\n");
  const Ran unknown = skein({"service", "logs", "nope"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_EQ(unknown.err, "no such task or service: nope\n");
}

}  // namespace
}  // namespace skein
