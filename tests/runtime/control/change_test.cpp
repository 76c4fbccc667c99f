// The commands that change the cluster: what they submit, what they print, how they wait.
#include <gmock/gmock.h>

#include <cstdio>

#include "tests/runtime/control/control_fixture.h"

namespace skein {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Changing : public ControlFixture {
 protected:
  Changing() {
    world_.gateway->on_submit = [](const Command&) {
      Outcome outcome;
      outcome.set_object_id("brandnewid00000000000000a");
      return outcome;
    };
  }
  const Command& submitted() {
    EXPECT_FALSE(world_.gateway->commands.empty());
    return world_.gateway->commands.back();
  }
  // A new web that its three old tasks do not fit.
  void update_web() {
    ServiceSpec spec = simple_spec("web", "bb:2");
    spec.mutable_replicated()->set_replicas(1);
    Event updated = event_about(kWeb);
    *updated.mutable_service_updated()->mutable_spec() = spec;
    version_ = world_.gateway->append(updated);
  }
  void start_new_task() {
    Record record;
    Event gone = event_about(kTask1);
    gone.mutable_task_desired_state_set()->set_desired(TASK_SHUTDOWN);
    *record.add_events() = gone;
    Event born = event_about("newtask000000000000000001");
    born.mutable_task_created()->set_service_id(kWeb);
    born.mutable_task_created()->set_spec_version(version_);
    born.mutable_task_created()->set_slot(1);
    born.mutable_task_created()->set_desired(TASK_RUNNING);
    *record.add_events() = born;
    Event runs = event_about("newtask000000000000000001");
    runs.mutable_task_observed()->mutable_status()->set_state(TASK_RUNNING);
    *record.add_events() = runs;
    world_.gateway->append(record);
  }
  std::uint64_t version_ = 0;
};

TEST_F(Changing, CreateGivesTheFlagsAndTheCommandLineBehindTheImage) {
  environment_["FROM_HERE"] = "1";
  const Ran ran = skein({"service",
                         "create",
                         "-d",
                         "--name",
                         "full",
                         "--replicas",
                         "2",
                         "-p",
                         "18060:80",
                         "-e",
                         "A=1",
                         "--env",
                         "FROM_HERE",
                         "--env",
                         "NOT_SET",
                         "--constraint",
                         "node.role==manager",
                         "--limit-cpu",
                         "0.5",
                         "--limit-memory",
                         "64M",
                         "--mount",
                         "type=bind,source=/a,target=/b,readonly",
                         "bb:1",
                         "sleep",
                         "--really",
                         "-d",
                         "100000"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "brandnewid00000000000000a\n");
  ASSERT_TRUE(submitted().has_create_service());
  EXPECT_FALSE(submitted().id().empty());
  const ServiceSpec& spec = submitted().create_service().spec();
  EXPECT_EQ(spec.name(), "full");
  EXPECT_EQ(spec.replicated().replicas(), 2U);
  const ContainerSpec& container = spec.task().container();
  EXPECT_EQ(container.image(), "bb:1");
  EXPECT_THAT(container.args(), ElementsAre("sleep", "--really", "-d", "100000"));
  EXPECT_THAT(container.env(), ElementsAre("A=1", "FROM_HERE=1"));
  EXPECT_EQ(container.mounts(0).type(), Mount::BIND);
  EXPECT_TRUE(container.mounts(0).read_only());
  EXPECT_EQ(spec.endpoint().ports(0).published_port(), 18060U);
  EXPECT_EQ(spec.task().resources().limits().nano_cpus(), 500'000'000);
  EXPECT_EQ(spec.task().resources().limits().memory_bytes(), 64 << 20);
  EXPECT_THAT(spec.task().placement().constraints(), ElementsAre("node.role==manager"));
}

TEST_F(Changing, AServiceWithoutANameIsGivenOne) {
  ASSERT_EQ(skein({"service", "create", "-d", "bb:1"}).code, 0);
  EXPECT_THAT(submitted().create_service().spec().name(), HasSubstr("_"));
  EXPECT_EQ(submitted().create_service().spec().replicated().replicas(), 1U);
}

TEST_F(Changing, FlagsThatMakeNoSenseEndWith125AndSubmitNothing) {
  const Ran frob = skein({"service", "create", "--frob", "bb:1"});
  EXPECT_EQ(frob.code, 125);
  EXPECT_EQ(frob.err,
            "unknown flag: --frob\n\nUsage:  skein service create [OPTIONS] IMAGE [COMMAND] [ARG...]\n\n"
            "Run 'skein service create --help' for more information\n");
  const Ran ls = skein({"node", "ls", "--frob"});
  EXPECT_EQ(ls.code, 125);
  EXPECT_EQ(ls.err, "unknown flag: --frob\n\nRun 'skein node ls --help' for more information\n");
  const Ran memory = skein({"service", "create", "--limit-memory", "lots", "bb:1"});
  EXPECT_EQ(memory.code, 125);
  EXPECT_EQ(memory.err, "invalid argument \"lots\" for \"--limit-memory\" flag: invalid size: 'lots'\n");
  const Ran replicas = skein({"service", "create", "--replicas", "-1", "bb:1"});
  EXPECT_EQ(replicas.code, 125);
  EXPECT_EQ(replicas.err,
            "invalid argument \"-1\" for \"--replicas\" flag: strconv.ParseUint: parsing \"-1\": invalid syntax\n");
  EXPECT_EQ(skein({"node", "fly"}).code, 125);
  EXPECT_EQ(skein({"node", "ls", "--format", "xml"}).code, 125);
  EXPECT_TRUE(world_.gateway->commands.empty());
}

TEST_F(Changing, SpecsThatMakeNoSenseEndWith1) {
  const Ran global = skein({"service", "create", "--mode", "global", "--replicas", "3", "bb:1"});
  EXPECT_EQ(global.code, 1);
  EXPECT_EQ(global.err, "replicas can only be used with replicated or replicated-job mode\n");
  EXPECT_EQ(skein({"service", "create"}).code, 1);
  const Ran secret = skein({"service", "create", "--secret", "nope", "bb:1"});
  EXPECT_EQ(secret.code, 1);
  EXPECT_EQ(secret.err, "secret not found: nope\n");
  EXPECT_TRUE(world_.gateway->commands.empty());
}

TEST_F(Changing, ARefusalIsToldAsDockerTellsIt) {
  world_.gateway->on_submit = [](const Command&) {
    Outcome refused;
    refused.set_code(static_cast<std::uint32_t>(Errc::already_exists));
    refused.set_text("name conflicts with an existing object: service web already exists");
    return refused;
  };
  const Ran ran = skein({"service", "create", "--name", "web", "bb:1"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.err,
            "Error response from daemon: name conflicts with an existing object: service web already exists\n");
}

TEST_F(Changing, UpdateSendsTheWholeSpecAndTheRevisionItRead) {
  const Ran ran = skein({"service", "update", "-d", "--image", "bb:2", "--env-add", "B=2", "--force", "--args",
                         "sh -c 'sleep 1'", "web"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "web\n");
  const UpdateService& update = submitted().update_service();
  EXPECT_EQ(update.service_id(), kWeb);
  EXPECT_EQ(update.expected_revision(), 5U);
  EXPECT_EQ(update.spec().task().container().image(), "bb:2");
  EXPECT_THAT(update.spec().task().container().args(), ElementsAre("sh", "-c", "sleep 1"));
  EXPECT_THAT(update.spec().task().container().env(), ElementsAre("B=2"));
  EXPECT_EQ(update.spec().task().force_update(), 1U);
  EXPECT_EQ(update.spec().replicated().replicas(), 3U);
  EXPECT_EQ(update.spec().endpoint().ports(0).published_port(), 18060U);
}

TEST_F(Changing, ScaleChangesReplicasAlone) {
  const Ran ran = skein({"service", "scale", "-d", "web=5", "glob=2"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.out, "web scaled to 5\n");
  EXPECT_EQ(ran.err, "glob: scale can only be used with replicated or replicated-job mode\n");
  EXPECT_EQ(submitted().update_service().spec().replicated().replicas(), 5U);
  EXPECT_EQ(skein({"service", "scale", "web=many"}).err,
            "web: invalid replicas value many: strconv.ParseUint: parsing \"many\": invalid syntax\n");
}

TEST_F(Changing, RollbackAndRemoveNameTheService) {
  EXPECT_EQ(skein({"service", "rollback", "-d", "web"}).out, "web\n");
  EXPECT_TRUE(submitted().update_service().rollback());
  const Ran ran = skein({"service", "rm", "nope", "web"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.out, "web\n");
  EXPECT_EQ(ran.err, "Error response from daemon: service nope not found\n");
  EXPECT_EQ(submitted().remove_service().service_id(), kWeb);
}

TEST_F(Changing, UpdateWaitsUntilTheServiceHasConverged) {
  world_.gateway->on_submit = [this](const Command&) {
    update_web();
    return Outcome{};
  };
  int pauses = 0;
  on_pause_ = [&] {
    if (++pauses == 3) start_new_task();
  };
  const Ran ran = skein({"service", "update", "--image", "bb:2", "web"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out,
            "web\noverall progress: 0 out of 1 tasks\noverall progress: 1 out of 1 tasks\n"
            "verify: Waiting 5 seconds to verify that tasks are stable...\n"
            "verify: Waiting 4 seconds to verify that tasks are stable...\n"
            "verify: Waiting 3 seconds to verify that tasks are stable...\n"
            "verify: Waiting 2 seconds to verify that tasks are stable...\n"
            "verify: Waiting 1 seconds to verify that tasks are stable...\nverify: Service web converged\n");
}

TEST_F(Changing, AnUpdateThatPausedIsAFailure) {
  world_.gateway->on_submit = [this](const Command&) {
    update_web();
    Event paused = event_about(kWeb);
    UpdateStatus& status = *paused.mutable_service_update_progressed()->mutable_status();
    status.set_state(UpdateStatus::PAUSED);
    status.set_message("update paused due to failure or early termination of task x");
    world_.gateway->append(paused);
    return Outcome{};
  };
  const Ran ran = skein({"service", "update", "--image", "bb:2", "web"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, HasSubstr("service update paused: update paused due to failure"));
}

TEST_F(Changing, ConfigsComeFromStandardInputAndAreShown) {
  EXPECT_EQ(skein({"config", "create", "-l", "a=b", "c1", "-"}, "hello\n").out, "brandnewid00000000000000a\n");
  EXPECT_EQ(submitted().create_config().data(), "hello\n");
  EXPECT_EQ(submitted().create_config().spec().labels(0).key(), "a");
  Event created = event_about("v1cfdzrf6jw9hs67fwopa0j3q");
  created.mutable_config_created()->mutable_spec()->set_name("c1");
  created.mutable_config_created()->mutable_spec()->set_payload("digest");
  Record record;
  record.set_at_ns(now_.ns);
  *record.add_events() = created;
  world_.gateway->append(record);
  world_.gateway->payloads["digest"] = "hello\n";
  EXPECT_EQ(skein({"config", "ls"}).out,
            "ID                          NAME      CREATED                  UPDATED\n"
            "v1cfdzrf6jw9hs67fwopa0j3q   c1        Less than a second ago   Less than a second ago\n");
  EXPECT_THAT(skein({"config", "inspect", "c1"}).out, HasSubstr("\"Data\": \"aGVsbG8K\""));
  EXPECT_EQ(
      skein({"config", "inspect", "--pretty", "c1"}).out,
      "ID:\t\t\tv1cfdzrf6jw9hs67fwopa0j3q\nName:\t\t\tc1\nCreated at:            \t2026-11-20 12:00:00 +0000 utc\n"
      "Updated at:            \t2026-11-20 12:00:00 +0000 utc\nData:\nhello\n\n");
  EXPECT_EQ(skein({"config", "rm", "c1"}).out, "c1\n");
  EXPECT_EQ(submitted().remove_config().config_id(), "v1cfdzrf6jw9hs67fwopa0j3q");
}

TEST_F(Changing, NodeUpdateKeepsWhatItDoesNotName) {
  EXPECT_EQ(skein({"node", "update", "--availability", "drain", "--label-add", "zone=a", "node1"}).out, "node1\n");
  const UpdateNode& update = submitted().update_node();
  EXPECT_EQ(update.spec().availability(), NodeSpec::DRAIN);
  EXPECT_EQ(update.spec().role(), MANAGER);
  EXPECT_EQ(update.spec().labels(0).key(), "zone");
  EXPECT_EQ(update.expected_revision(), 2U);
  EXPECT_EQ(skein({"node", "update", "--availability", "x", "node1"}).err,
            "Error response from daemon: invalid Availability: \"x\"\n");
}

TEST_F(Changing, SwarmInitAndLeaveGoToTheNode) {
  const Ran init = skein({"swarm", "init", "--advertise-addr", "10.0.0.1"});
  EXPECT_EQ(init.code, 0) << init.err;
  EXPECT_THAT(init.out, HasSubstr("Swarm initialized: current node (iiy9n7pqrbkzx4kf1gb0al0n0) is now a manager."));
  EXPECT_EQ(world_.node.last_init.advertise_addr, "10.0.0.1");
  EXPECT_EQ(skein({"swarm", "leave"}).code, 1);
  EXPECT_EQ(skein({"swarm", "leave", "--force"}).out, "Node left the swarm.\n");
}

}  // namespace
}  // namespace skein
