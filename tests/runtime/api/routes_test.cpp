#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/api/world.h"

namespace skein {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<std::string> names(const nlohmann::json& list, const nlohmann::json::json_pointer& where) {
  std::vector<std::string> out;
  for (const auto& each : list) out.push_back(each.at(where).get<std::string>());
  return out;
}

std::string filter(const std::string& json) {
  std::string out = "?filters=";
  for (const char c : json) {
    char text[4];
    std::snprintf(text, sizeof text, "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += text;
  }
  return out;
}

class RoutesTest : public ::testing::Test {
 protected:
  RoutesTest() { world.found_swarm(); }
  World world;
};

TEST(OutsideASwarm, ClusterCallsAre503WithDockersText) {
  World world;
  for (const char* path : {"/nodes", "/services", "/tasks", "/swarm", "/secrets", "/configs", "/services/x",
                           "/services/x/logs?stdout=1", "/skein/v1/log"}) {
    const auto answer = world.ask("GET", path);
    EXPECT_EQ(answer.status, 503) << path;
    EXPECT_EQ(answer.message(),
              "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this "
              "node to swarm and try again.");
  }
  world.node.state_now.kind = LocalState::Kind::active;
  EXPECT_THAT(world.ask("GET", "/nodes").message(), HasSubstr("Worker nodes can't be used to view or modify"));
  world.node.state_now.kind = LocalState::Kind::locked;
  EXPECT_THAT(world.ask("GET", "/nodes").message(), StartsWith("Swarm is encrypted and needs to be unlocked"));
}

TEST(OutsideASwarm, InfoAndVersionAnswer) {
  World world;
  const auto info = world.ask("GET", "/info").json();
  EXPECT_EQ(info.at("/Swarm/LocalNodeState"_json_pointer), "inactive");
  EXPECT_EQ(info.at("/Swarm/ControlAvailable"_json_pointer), false);
  EXPECT_FALSE(info.at("Swarm").contains("Cluster"));
  EXPECT_EQ(world.ask("GET", "/version").json().at("ApiVersion"), "1.47");
}

TEST_F(RoutesTest, VersionBoundsAreChecked) {
  EXPECT_EQ(world.ask("GET", "/v1.24/nodes").status, 200);
  EXPECT_EQ(world.ask("GET", "/v1.47/nodes").status, 200);
  EXPECT_EQ(world.ask("GET", "/v1.99/nodes").message(),
            "client version 1.99 is too new. Maximum supported API version is 1.47");
  EXPECT_EQ(world.ask("GET", "/v1.10/nodes").status, 400);
  EXPECT_EQ(world.ask("GET", "/v1/nodes").status, 400);
}

TEST_F(RoutesTest, SwarmShowsItsTokensAndIsUpdatedUnderItsRevision) {
  const auto swarm = world.ask("GET", "/swarm").json();
  EXPECT_EQ(swarm.at("/JoinTokens/Worker"_json_pointer), "SWMTKN-1-aaa-worker");
  EXPECT_EQ(swarm.at("/Spec/CAConfig/NodeCertExpiry"_json_pointer), 7776000000000000);
  world.gateway->on_submit = [](const Command&) { return Outcome{}; };
  const auto answer = world.ask("POST", "/swarm/update?version=1&rotateWorkerToken=true&rotateManagerToken=false",
                                swarm.at("Spec").dump());
  EXPECT_EQ(answer.status, 200);
  const UpdateCluster& sent = world.gateway->commands.back().update_cluster();
  EXPECT_EQ(sent.expected_revision(), 1U);
  EXPECT_THAT(sent.new_worker_token(), StartsWith("SWMTKN-1-aaa-"));
  EXPECT_EQ(sent.new_worker_token().size(), std::string{"SWMTKN-1-aaa-"}.size() + 25);
  EXPECT_EQ(sent.new_manager_token(), "");
  EXPECT_EQ(sent.spec().task_history_limit(), 5);
}

TEST_F(RoutesTest, HistoryLimitZeroIsMeantAndAbsentKeepsWhatIsSet) {
  world.gateway->on_submit = [](const Command&) { return Outcome{}; };
  EXPECT_EQ(world.ask("POST", "/swarm/update?version=1", R"({"Orchestration":{"TaskHistoryRetentionLimit":0}})").status,
            200);
  EXPECT_EQ(world.gateway->commands.back().update_cluster().spec().task_history_limit(), 0);
  EXPECT_EQ(world.ask("POST", "/swarm/update?version=1", "{}").status, 200);
  EXPECT_EQ(world.gateway->commands.back().update_cluster().spec().task_history_limit(), 5);
}

TEST_F(RoutesTest, TurningAutolockOnMakesAKey) {
  auto spec = world.ask("GET", "/swarm").json().at("Spec");
  spec["EncryptionConfig"]["AutoLockManagers"] = true;
  world.gateway->on_submit = [](const Command&) { return Outcome{}; };
  EXPECT_EQ(world.ask("POST", "/swarm/update?version=1", spec.dump()).status, 200);
  const std::string key = world.gateway->commands.back().update_cluster().new_unlock_key();
  EXPECT_THAT(key, StartsWith("SWMKEY-1-"));
  EXPECT_EQ(key.size(), std::string{"SWMKEY-1-"}.size() + 43);
  EXPECT_EQ(world.ask("GET", "/swarm/unlockkey").json().at("UnlockKey"), "");
}

TEST_F(RoutesTest, SwarmVerbsReachTheNode) {
  EXPECT_EQ(
      world.ask("POST", "/swarm/init", R"({"ListenAddr":"0.0.0.0:2377","AutoLockManagers":true,"Spec":{}})").json(),
      kNode1);
  EXPECT_EQ(world.node.last_init.listen_addr, "0.0.0.0:2377");
  EXPECT_TRUE(world.node.last_init.spec.auto_lock_managers());
  EXPECT_EQ(world.ask("POST", "/swarm/join", R"({"RemoteAddrs":["10.0.0.1:2377"],"JoinToken":"t"})").status, 200);
  EXPECT_EQ(world.node.last_join.join_token, "t");
  EXPECT_EQ(world.ask("POST", "/swarm/join", R"({"JoinToken":"t"})").status, 400);
  EXPECT_EQ(world.ask("POST", "/swarm/leave").status, 503);
  EXPECT_EQ(world.ask("POST", "/swarm/leave?force=1").status, 200);
  EXPECT_EQ(world.ask("POST", "/swarm/unlock", R"({"UnlockKey":"x"})").status, 401);
  EXPECT_EQ(world.ask("POST", "/swarm/unlock", R"({"UnlockKey":"SWMKEY-1-right"})").status, 200);
}

TEST_F(RoutesTest, NodesAreFilteredBothWaysFiltersAreWritten) {
  const auto name = "/Description/Hostname"_json_pointer;
  EXPECT_THAT(names(world.ask("GET", "/nodes").json(), name), ::testing::UnorderedElementsAre("node1", "node4"));
  EXPECT_THAT(names(world.ask("GET", "/nodes" + filter(R"({"role":{"worker":true}})")).json(), name),
              ElementsAre("node4"));
  EXPECT_THAT(names(world.ask("GET", "/nodes" + filter(R"({"role":["manager"]})")).json(), name), ElementsAre("node1"));
  EXPECT_EQ(world.ask("GET", "/nodes" + filter(R"({"frob":["x"]})")).message(), "invalid filter 'frob'");
  EXPECT_EQ(world.ask("GET", "/nodes" + filter("nonsense")).status, 400);
  EXPECT_EQ(world.ask("GET", "/nodes" + filter(R"({"role":["boss"]})")).status, 400);
}

TEST_F(RoutesTest, NodeShowsLeaderAndTls) {
  const auto node = world.ask("GET", "/nodes/node1").json();
  EXPECT_EQ(node.at("/ManagerStatus/Leader"_json_pointer), true);
  EXPECT_EQ(node.at("/ManagerStatus/Addr"_json_pointer), "10.98.0.1:2377");
  EXPECT_EQ(node.at("/Description/TLSInfo/CertIssuerSubject"_json_pointer), "c3ViamVjdA==");
  EXPECT_FALSE(world.ask("GET", "/nodes/node4").json().contains("ManagerStatus"));
  const auto missing = world.ask("GET", "/nodes/nope");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.message(), "node nope not found");
}

TEST_F(RoutesTest, NodeUpdateNeedsRoleAvailabilityAndRevision) {
  world.gateway->on_submit = [](const Command&) { return Outcome{}; };
  EXPECT_EQ(world.ask("POST", "/nodes/node4/update?version=4", R"({"Role":"worker","Availability":"x"})").message(),
            "invalid Availability: \"x\"");
  EXPECT_EQ(world.ask("POST", "/nodes/node4/update?version=4", R"({"Availability":"drain"})").status, 400);
  EXPECT_EQ(world.ask("POST", "/nodes/node4/update", R"({"Role":"worker","Availability":"drain"})").status, 400);
  EXPECT_TRUE(world.gateway->commands.empty());
  EXPECT_EQ(world.ask("POST", "/nodes/node4/update?version=4", R"({"Role":"worker","Availability":"drain"})").status,
            200);
  const Command& sent = world.gateway->commands.back();
  EXPECT_EQ(sent.update_node().node_id(), kNode4);
  EXPECT_EQ(sent.update_node().spec().availability(), NodeSpec::DRAIN);
  EXPECT_EQ(sent.id().size(), 25U);
}

TEST_F(RoutesTest, RefusalsOfTheClusterWearGrpcsWords) {
  world.gateway->on_submit = [](const Command&) {
    Outcome refused;
    refused.set_code(static_cast<std::uint32_t>(Errc::already_exists));
    refused.set_text("name conflicts with an existing object: service web already exists");
    return refused;
  };
  const auto answer = world.ask("POST", "/services/create", R"({"Name":"web"})");
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(
      answer.message(),
      "rpc error: code = AlreadyExists desc = name conflicts with an existing object: service web already exists");
}

TEST_F(RoutesTest, ServiceCreatePassesSpecAuthAndCaller) {
  world.gateway->on_submit = [](const Command&) {
    Outcome accepted;
    accepted.set_object_id("newid");
    return accepted;
  };
  const auto answer = world.ask("POST", "/v1.41/services/create",
                                R"({"TaskTemplate":{"ContainerSpec":{"Image":"bb:1","OomScoreAdj":5}}})",
                                {{"User-Agent", "Docker-Client/28.2.2 (linux)"},
                                 {"X-Registry-Auth", "eyJ1c2VybmFtZSI6InUiLCJwYXNzd29yZCI6InAifQ=="}});
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.json().at("ID"), "newid");
  const CreateService& sent = world.gateway->commands.back().create_service();
  EXPECT_EQ(sent.registry_auth(), "eyJ1c2VybmFtZSI6InUiLCJwYXNzd29yZCI6InAifQ==");
  EXPECT_EQ(sent.spec().task().container().oom_score_adj(), 0) << "1.41 did not know it";
  EXPECT_THAT(sent.spec().name(), ::testing::ContainsRegex("^[a-z]+_[a-z]+"));
  EXPECT_EQ(world.gateway->last_caller.principal, "root (uid 0)");
  EXPECT_EQ(world.gateway->last_caller.via, "Docker-Client/28.2.2");
  EXPECT_EQ(world.ask("POST", "/services/create", "{}", {{"X-Registry-Auth", "!"}}).status, 400);
  EXPECT_EQ(world.ask("POST", "/services/create", "{}", {{"X-Registry-Auth", "e30="}}).status, 201);
  EXPECT_EQ(world.gateway->commands.back().create_service().registry_auth(), "") << "an empty object is nobody";
}

TEST_F(RoutesTest, ServiceUpdateSaysHow) {
  world.gateway->on_submit = [](const Command&) { return Outcome{}; };
  const std::string path = "/services/web/update?version=5";
  EXPECT_EQ(world.ask("POST", path + "&rollback=previous&registryAuthFrom=previous-spec", R"({"Name":"web"})").status,
            200);
  const UpdateService& sent = world.gateway->commands.back().update_service();
  EXPECT_TRUE(sent.rollback());
  EXPECT_EQ(sent.auth_from(), UpdateService::PREVIOUS_SPEC);
  EXPECT_EQ(sent.service_id(), kWeb);
  EXPECT_EQ(sent.expected_revision(), 5U);
  EXPECT_EQ(world.ask("POST", path + "&rollback=next", "{}").status, 400);
  EXPECT_EQ(world.ask("POST", path + "&registryAuthFrom=me", "{}").status, 400);
  EXPECT_EQ(world.ask("POST", "/services/nope/update?version=1", "{}").status, 404);
}

TEST_F(RoutesTest, ServiceListCountsItsTasksWhenAsked) {
  const auto list = world.ask("GET", "/services?status=true").json();
  for (const auto& service : list) {
    const std::string name = service.at("Spec").at("Name").get<std::string>();
    const auto& status = service.at("ServiceStatus");
    EXPECT_EQ(status.at("RunningTasks"), name == "web" ? 3 : 0) << name;
    EXPECT_EQ(status.at("DesiredTasks"), name == "web" ? 3 : name == "job" ? 1 : 0) << name;
  }
  EXPECT_FALSE(world.ask("GET", "/services").json().at(0).contains("ServiceStatus"));
  EXPECT_FALSE(world.ask("GET", "/v1.40/services?status=true").json().at(0).contains("ServiceStatus"));
}

TEST_F(RoutesTest, ServiceFilters) {
  const auto name = "/Spec/Name"_json_pointer;
  EXPECT_THAT(names(world.ask("GET", "/services" + filter(R"({"mode":["global"]})")).json(), name),
              ElementsAre("glob"));
  EXPECT_THAT(names(world.ask("GET", "/services" + filter(R"({"mode":["replicated-job"]})")).json(), name),
              ElementsAre("job"));
  EXPECT_THAT(names(world.ask("GET", "/services" + filter(R"({"name":["we"]})")).json(), name), ElementsAre("web"));
  EXPECT_TRUE(world.ask("GET", "/services" + filter(R"({"label":["x"]})")).json().empty());
}

TEST_F(RoutesTest, ServiceIsFoundByIdNameAndPrefix) {
  for (const std::string& typed : {std::string{kWeb}, std::string{"web"}, std::string{kWeb}.substr(0, 8)})
    EXPECT_EQ(world.ask("GET", "/services/" + typed).json().at("ID"), kWeb) << typed;
  EXPECT_EQ(world.ask("GET", "/services/nope").message(), "service nope not found");
}

TEST_F(RoutesTest, JobsShowWhatTheCliDereferences) {
  const auto job = world.ask("GET", "/services/job?insertDefaults=true").json();
  EXPECT_EQ(job.at("/Spec/Mode/ReplicatedJob/TotalCompletions"_json_pointer), 4);
  EXPECT_TRUE(job.at("JobStatus").contains("JobIteration"));
}

TEST_F(RoutesTest, InsertDefaultsFillsGapsOnlyWhenAsked) {
  EXPECT_FALSE(world.ask("GET", "/services/web?insertDefaults=false").json().at("Spec").contains("UpdateConfig"));
  const auto shown = world.ask("GET", "/services/web?insertDefaults=true").json().at("Spec");
  EXPECT_EQ(shown.at("/UpdateConfig/Parallelism"_json_pointer), 1);
  EXPECT_EQ(shown.at("/Mode/Replicated/Replicas"_json_pointer), 3);
}

TEST_F(RoutesTest, TasksAreJoinedWithTheirSpec) {
  const auto task = world.ask("GET", std::string{"/tasks/"} + kTask1).json();
  EXPECT_EQ(task.at("/Spec/ContainerSpec/Image"_json_pointer), "bb:1");
  EXPECT_EQ(task.at("/Status/State"_json_pointer), "running");
  EXPECT_EQ(task.at("/Status/ContainerStatus/PID"_json_pointer), 468);
  EXPECT_EQ(task.at("/Status/PortStatus"_json_pointer), nlohmann::json::object());
  EXPECT_EQ(task.at("DesiredState"), "running");
  EXPECT_EQ(task.at("Slot"), 1);
  EXPECT_EQ(task.at("/NetworksAttachments/0/Network/Spec/Name"_json_pointer), "ingress");
  EXPECT_EQ(task.at("/NetworksAttachments/0/Addresses/0"_json_pointer), "10.0.0.11/24");
}

TEST_F(RoutesTest, TaskFilters) {
  const auto count = [&](const std::string& json) { return world.ask("GET", "/tasks" + filter(json)).json().size(); };
  EXPECT_EQ(world.ask("GET", "/tasks").json().size(), 3U);
  EXPECT_EQ(count(R"({"service":["web"]})"), 3U);
  EXPECT_EQ(count(R"({"service":["web"],"node":["node4"]})"), 1U);
  EXPECT_EQ(count(R"({"node":{"node1":true}})"), 2U);
  EXPECT_EQ(count(R"({"desired-state":["shutdown"]})"), 0U);
  EXPECT_EQ(count(R"({"name":["web.2"]})"), 1U);
  EXPECT_EQ(count(R"({"service":["web"],"_up-to-date":{"true":true}})"), 3U);
  EXPECT_EQ(world.ask("GET", "/tasks" + filter(R"({"desired-state":["odd"]})")).status, 400);
  EXPECT_EQ(world.ask("GET", "/tasks" + filter(R"({"service":["nope"]})")).status, 404);
}

TEST_F(RoutesTest, TasksOfAnOlderSpecAreNotUpToDate) {
  Event updated = event_about(kWeb);
  ServiceSpec spec = simple_spec("web", "bb:2");
  spec.mutable_replicated()->set_replicas(3);
  *updated.mutable_service_updated()->mutable_spec() = spec;
  world.gateway->append(updated);
  EXPECT_EQ(world.ask("GET", "/tasks" + filter(R"({"_up-to-date":["true"]})")).json().size(), 0U);
  EXPECT_EQ(world.ask("GET", "/tasks" + filter(R"({"_up-to-date":["false"]})")).json().size(), 3U);
  const auto service = world.ask("GET", "/services/web").json();
  EXPECT_EQ(service.at("/PreviousSpec/TaskTemplate/ContainerSpec/Image"_json_pointer), "bb:1");
  const auto task = world.ask("GET", std::string{"/tasks/"} + kTask1).json();
  EXPECT_EQ(task.at("/Spec/ContainerSpec/Image"_json_pointer), "bb:1") << "the spec it was born with";
}

TEST_F(RoutesTest, UpdateStatusIsShownOnceThereIsOne) {
  EXPECT_FALSE(world.ask("GET", "/services/web").json().contains("UpdateStatus"));
  Event progressed = event_about(kWeb);
  UpdateStatus& status = *progressed.mutable_service_update_progressed()->mutable_status();
  status.set_state(UpdateStatus::ROLLBACK_PAUSED);
  status.set_started_at_ns(1);
  status.set_message("update paused due to failure");
  world.gateway->append(progressed);
  const auto shown = world.ask("GET", "/services/web").json().at("UpdateStatus");
  EXPECT_EQ(shown.at("State"), "rollback_paused");
  EXPECT_EQ(shown.at("StartedAt"), "1970-01-01T00:00:00.000000001Z");
  EXPECT_FALSE(shown.contains("CompletedAt"));
}

TEST_F(RoutesTest, NetworksAreSwarmAndLocalOnes) {
  EXPECT_THAT(names(world.ask("GET", "/networks").json(), "/Name"_json_pointer),
              ElementsAre("bridge", "host", "ingress", "none"));
  const auto swarm = world.ask("GET", "/networks" + filter(R"({"scope":["swarm"]})")).json();
  EXPECT_EQ(swarm.at(0).at("/Options/com.docker.network.driver.overlay.vxlanid_list"_json_pointer), "4096");
  EXPECT_EQ(world.ask("GET", "/networks/host?scope=swarm").json().at("Id"), "host");
  EXPECT_EQ(world.ask("GET", "/networks/nope").message(), "network nope not found");
}

TEST_F(RoutesTest, NetworkInspectSaysWhoIsOnIt) {
  const auto plain = world.ask("GET", "/networks/ingress").json();
  EXPECT_EQ(plain.at("Containers").size(), 2U) << "those of this node";
  EXPECT_EQ(plain.at("Peers").size(), 2U);
  EXPECT_FALSE(plain.contains("Services"));
  const auto verbose = world.ask("GET", "/networks/ingress?verbose=true").json();
  EXPECT_EQ(verbose.at("/Services/web/Tasks"_json_pointer).size(), 3U);
}

TEST_F(RoutesTest, NetworkCreateRefusesWhatIsThereInTheEnginesWords) {
  const auto taken = world.ask("POST", "/networks/create", R"({"Name":"ingress","Driver":"overlay"})");
  EXPECT_EQ(taken.status, 409);
  EXPECT_EQ(taken.message(), "network with name ingress already exists");
  EXPECT_EQ(world.ask("POST", "/networks/create", R"({"Name":"host","Driver":"overlay"})").status, 403);
  world.gateway->on_submit = [](const Command&) { return Outcome{}; };
  const char* body =
      R"({"Name":"ov","Driver":"overlay","Attachable":true,"IPAM":{"Config":[{"Subnet":"10.9.0.0/24"}]}})";
  EXPECT_EQ(world.ask("POST", "/networks/create", body).status, 201);
  EXPECT_EQ(world.gateway->commands.back().create_network().spec().ipam(0).subnet(), "10.9.0.0/24");
  EXPECT_EQ(world.ask("DELETE", "/networks/ingress").status, 204);
  EXPECT_EQ(world.gateway->commands.back().remove_network().network_id(), kIngress);
  EXPECT_EQ(world.ask("DELETE", "/networks/bridge").status, 403);
}

TEST_F(RoutesTest, SecretsNeverShowTheirDataAndConfigsDo) {
  world.gateway->payloads["pay"] = "hello";
  for (const bool secret : {true, false}) {
    Event event = event_about(secret ? "secretidsecretidsecretid1" : "configidconfigidconfigid1");
    FileSpec& spec =
        secret ? *event.mutable_secret_created()->mutable_spec() : *event.mutable_config_created()->mutable_spec();
    spec.set_name("f1");
    spec.set_payload("pay");
    world.gateway->append(event);
  }
  EXPECT_EQ(world.ask("GET", "/secrets/f1").body.find("aGVsbG8"), std::string::npos);
  EXPECT_EQ(world.ask("GET", "/configs/f1").json().at("/Spec/Data"_json_pointer), "aGVsbG8=");
  EXPECT_EQ(world.ask("GET", "/configs" + filter(R"({"names":["f"]})")).json().size(), 0U) << "names are exact";
  EXPECT_EQ(world.ask("GET", "/configs" + filter(R"({"name":["f"]})")).json().size(), 1U) << "name is a prefix";
  EXPECT_EQ(world.ask("GET", "/secrets/nope").message(), "secret nope not found");
}

TEST_F(RoutesTest, SecretDataTravelsDecoded) {
  world.gateway->on_submit = [](const Command&) { return Outcome{}; };
  EXPECT_EQ(world.ask("POST", "/secrets/create", R"({"Name":"s","Data":"aGVsbG8=","Labels":{"a":"b"}})").status, 201);
  EXPECT_EQ(world.gateway->commands.back().create_secret().data(), "hello");
  EXPECT_EQ(world.ask("POST", "/secrets/create", R"({"Name":"s","Data":"*"})").status, 400);
}

TEST_F(RoutesTest, ContainersListAndInspect) {
  const auto list = world.ask("GET", "/containers/json").json();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list.at(0).at("Status"), "Up 31 seconds");
  EXPECT_EQ(list.at(0).at("/Labels/com.docker.swarm.service.name"_json_pointer), "web");
  EXPECT_TRUE(list.at(0).at("/NetworkSettings/Networks"_json_pointer).contains("ingress"));
  const auto shown = world.ask("GET", std::string{"/containers/web.1."} + kTask1 + "/json").json();
  EXPECT_EQ(shown.at("/State/Status"_json_pointer), "running");
  EXPECT_EQ(shown.at("Path"), "sleep");
  EXPECT_EQ(world.ask("GET", "/containers/nope/json").message(), "No such container: nope");
}

TEST_F(RoutesTest, PullTellsErrorsByStatusBeforeTheFirstLineAndInBandAfter) {
  const auto missing = world.ask("POST", "/images/create?fromImage=gone&tag=1");
  EXPECT_EQ(missing.status, 404);
  const auto broken = world.ask("POST", "/images/create?fromImage=broken&tag=1");
  EXPECT_EQ(broken.status, 200);
  EXPECT_THAT(broken.body, HasSubstr(R"("error":"unexpected EOF")"));
  EXPECT_THAT(world.ask("POST", "/images/create?fromImage=bb&tag=1").body, HasSubstr("Downloaded newer image"));
}

TEST_F(RoutesTest, ImagesAndPlugins) {
  EXPECT_EQ(world.ask("GET", "/images/json" + filter(R"({"reference":["b*"]})")).json().size(), 1U);
  EXPECT_EQ(world.ask("GET", "/images/json" + filter(R"({"reference":["x*"]})")).json().size(), 0U);
  EXPECT_EQ(world.ask("GET", "/images/nope/json").message(), "No such image: nope");
  EXPECT_EQ(world.ask("DELETE", "/images/bb:1").json().at(0).at("Untagged"), "bb:1");
  EXPECT_EQ(world.ask("GET", "/plugins").body, "[]\n");
  EXPECT_EQ(world.ask("GET", "/plugins/x/json").status, 404);
}

}  // namespace
}  // namespace skein
