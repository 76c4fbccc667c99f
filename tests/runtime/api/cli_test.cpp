// The stock docker CLI against an EngineApi over the fakes, on a real unix socket. Outputs are compared with the layout
// that real Docker printed (the transcripts).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "runtime/http/listener.h"
#include "runtime/http/server.h"
#include "tests/runtime/api/world.h"
#include "tests/runtime/http/raw_client.h"

namespace skein {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

struct Printed {
  int code = -1;
  std::string text;  // stdout and stderr
};

bool has_docker() {
  for (const char* path : {"/usr/local/bin/docker", "/usr/bin/docker"})
    if (std::filesystem::exists(path)) return true;
  return false;
}

class CliTest : public ::testing::Test {
 protected:
  CliTest() {
    HttpServer::Options options;
    options.rules.answer = world.api.answer();
    options.rules.headers = world.api.headers();
    server.emplace(std::move(options));
    auto fd = listen_unix(directory.file("docker.sock"));
    EXPECT_TRUE(fd);
    server->accept_on(*fd);
  }
  void SetUp() override {
    ASSERT_TRUE(has_docker()) << "the docker CLI (package docker.io) is needed";
    world.found_swarm();
  }
  ~CliTest() override { server->stop(); }

  Printed docker(const std::string& arguments) {
    const std::string line = "DOCKER_CONFIG=" + directory.file("config") + " timeout 60 docker -H unix://" +
                             directory.file("docker.sock") + " " + arguments + " 2>&1";
    FILE* pipe = ::popen(line.c_str(), "r");
    Printed printed;
    std::array<char, 4096> piece;
    for (std::size_t count; (count = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;)
      printed.text.append(piece.data(), count);
    printed.code = WEXITSTATUS(::pclose(pipe));
    return printed;
  }
  World world;
  TestDirectory directory;
  std::optional<HttpServer> server;
};

TEST_F(CliTest, VersionNegotiatesAndNamesTheEngine) {
  const Printed printed = docker("version");
  EXPECT_EQ(printed.code, 0) << printed.text;
  EXPECT_THAT(printed.text, HasSubstr(" Engine:\n  Version:          0.1.0\n"));
  EXPECT_THAT(printed.text, HasSubstr("  API version:      1.47 (minimum version 1.24)\n"));
  EXPECT_THAT(printed.text, HasSubstr(" crun:\n  Version:          1.8.1\n"));
}

TEST_F(CliTest, InfoShowsTheSwarm) {
  const Printed printed = docker("info");
  EXPECT_EQ(printed.code, 0) << printed.text;
  EXPECT_THAT(printed.text, HasSubstr(" Swarm: active\n  NodeID: iiy9n7pqrbkzx4kf1gb0al0n0\n  Is Manager: true\n"
                                      "  ClusterID: obm3qfqspv0gati3pkiu96jdl\n  Managers: 1\n  Nodes: 2\n"));
  EXPECT_THAT(printed.text, HasSubstr("  CA Configuration:\n   Expiry Duration: 3 months\n"));
  EXPECT_THAT(printed.text, HasSubstr("  Manager Addresses:\n   10.98.0.1:2377\n"));
  EXPECT_THAT(printed.text, HasSubstr(" Total Memory: 23.54GiB\n Name: node1\n"));
  EXPECT_THAT(printed.text, HasSubstr(" Insecure Registries:\n  127.0.0.0/8\n"));
}

TEST_F(CliTest, NodeLs) {
  EXPECT_EQ(docker("node ls --filter role=manager").text,
            "ID                            HOSTNAME   STATUS    AVAILABILITY   MANAGER STATUS   ENGINE VERSION\n"
            "iiy9n7pqrbkzx4kf1gb0al0n0 *   node1      Ready     Active         Leader           0.1.0\n");
  const Printed all = docker("node ls");
  EXPECT_THAT(all.text,
              HasSubstr("gbm78r9eiii29t0tgjeusjyfz     node4      Ready     Active                          0.1.0\n"));
}

TEST_F(CliTest, NodeInspectPretty) {
  const Printed printed = docker("node inspect --pretty node1");
  EXPECT_EQ(printed.code, 0) << printed.text;
  EXPECT_THAT(printed.text,
              HasSubstr("Manager Status:\n Address:\t\t10.98.0.1:2377\n Raft Status:\t\tReachable\n Leader:\t\tYes\n"));
  EXPECT_THAT(printed.text, HasSubstr("Resources:\n CPUs:\t\t\t2\n Memory:\t\t23.54GiB\n"));
}

TEST_F(CliTest, ServiceLs) {
  EXPECT_EQ(docker("service ls").text,
            "ID             NAME      MODE             REPLICAS              IMAGE     PORTS\n"
            "ckjfvh26k8tv   glob      global           0/0                   bb:1      \n"
            "vxtzcpdfwsue   job       replicated job   0/1 (0/4 completed)   bb:1      \n"
            "8d50v0kf58xg   web       replicated       3/3                   bb:1      *:18060->80/tcp\n");
}

TEST_F(CliTest, ServicePs) {
  const Printed printed = docker("service ps web");
  EXPECT_EQ(printed.code, 0) << printed.text;
  EXPECT_THAT(printed.text, HasSubstr("ID             NAME      IMAGE     NODE      DESIRED STATE   CURRENT STATE"));
  EXPECT_THAT(printed.text,
              MatchesRegex("(.|\n)*sy43g0aqws5l   web\\.1     bb:1      node1     Running         Running .*(.|\n)*"));
  EXPECT_THAT(printed.text,
              MatchesRegex("(.|\n)*6gljkla5w2lh   web\\.2     bb:1      node4     Running         Running .*(.|\n)*"));
}

TEST_F(CliTest, ServiceInspectPretty) {
  EXPECT_EQ(docker("service inspect --pretty web").text,
            "\nID:\t\t8d50v0kf58xgfvvcppz87eqd0\nName:\t\tweb\nService Mode:\tReplicated\n Replicas:\t3\nPlacement:\n"
            "UpdateConfig:\n Parallelism:\t1\n On failure:\tpause\n Monitoring Period: 5s\n Max failure ratio: 0\n"
            " Update order:      stop-first\nRollbackConfig:\n Parallelism:\t1\n On failure:\tpause\n"
            " Monitoring Period: 5s\n Max failure ratio: 0\n Rollback order:    stop-first\nContainerSpec:\n"
            " Image:\t\tbb:1\n Args:\t\tsleep 100000 \nResources:\nEndpoint Mode:\tvip\nPorts:\n"
            " PublishedPort = 18060\n  Protocol = tcp\n  TargetPort = 80\n  PublishMode = ingress \n\n");
}

TEST_F(CliTest, ServiceCreateSendsASpecAndPrintsTheId) {
  world.gateway->on_submit = [](const Command&) {
    Outcome accepted;
    accepted.set_object_id("ow0jk4hknfsbgmvhk43xska5u");
    return accepted;
  };
  const Printed printed = docker(
      "service create --detach --no-resolve-image --name full --replicas 2 --publish 18060:80 --env A=1 "
      "--mount type=tmpfs,target=/t,tmpfs-size=1000000 --limit-memory 64M --constraint node.role==manager bb:1 sleep "
      "9");
  EXPECT_EQ(printed.text, "ow0jk4hknfsbgmvhk43xska5u\n");
  const ServiceSpec& spec = world.gateway->commands.back().create_service().spec();
  EXPECT_EQ(spec.name(), "full");
  EXPECT_EQ(spec.replicated().replicas(), 2U);
  EXPECT_EQ(spec.task().container().mounts(0).tmpfs_size_bytes(), 1000000);
  EXPECT_EQ(spec.task().resources().limits().memory_bytes(), 64 * 1024 * 1024);
  EXPECT_EQ(spec.task().placement().constraints(0), "node.role==manager");
  EXPECT_EQ(spec.endpoint().ports(0).published_port(), 18060U);
}

// The progress loop: it wants the service, its up-to-date tasks and the nodes, again and again, until all run.
TEST_F(CliTest, ServiceCreateWaitsUntilItsTasksRun) {
  const std::string id = "ow0jk4hknfsbgmvhk43xska5u";
  world.gateway->on_submit = [&](const Command& command) {
    Event created = event_about(id);
    *created.mutable_service_created()->mutable_spec() = command.create_service().spec();
    const std::uint64_t version = world.gateway->append(created);
    Event born = event_about("uyt5sxga6lqk897a0g85l6xn4");
    born.mutable_task_created()->set_service_id(id);
    born.mutable_task_created()->set_spec_version(version);
    born.mutable_task_created()->set_slot(1);
    born.mutable_task_created()->set_node_id(kNode1);
    born.mutable_task_created()->set_desired(TASK_RUNNING);
    born.mutable_task_created()->set_state(TASK_PENDING);
    world.gateway->append(born);
    Event runs = event_about("uyt5sxga6lqk897a0g85l6xn4");
    runs.mutable_task_observed()->mutable_status()->set_state(TASK_RUNNING);
    world.gateway->append(runs);
    Outcome accepted;
    accepted.set_object_id(id);
    return accepted;
  };
  const Printed printed = docker("service create --no-resolve-image --update-monitor 1ms --name one bb:1");
  EXPECT_EQ(printed.code, 0) << printed.text;
  EXPECT_THAT(printed.text, HasSubstr("overall progress: 1 out of 1 tasks\n"));
  EXPECT_THAT(printed.text, HasSubstr("verify: Service " + id + " converged\n"));
}

TEST_F(CliTest, ErrorsPrintAsDockersDo) {
  const Printed missing = docker("service inspect nope");
  EXPECT_EQ(missing.code, 1);
  EXPECT_THAT(missing.text, HasSubstr("no such service: nope"));
  const Printed unknown = docker("node inspect --pretty nope");
  EXPECT_EQ(unknown.text, "Error response from daemon: node nope not found\n");
  world.gateway = nullptr;
  world.node.state_now.kind = LocalState::Kind::inactive;
  EXPECT_THAT(docker("node ls").text, HasSubstr("Error response from daemon: This node is not a swarm manager. Use"));
  EXPECT_THAT(docker("info").text, HasSubstr(" Swarm: inactive\n"));
}

TEST_F(CliTest, ServiceLogsNameTaskAndNode) {
  const Printed printed = docker(std::string{"service logs --no-trunc "} + kTask1);
  EXPECT_EQ(printed.code, 0) << printed.text;
  EXPECT_THAT(printed.text, HasSubstr(std::string{"web.1."} + kTask1 + "@node1    | out 1\n"));
  EXPECT_THAT(printed.text, HasSubstr("| err 1\n"));
}

TEST_F(CliTest, ContainersNetworksImagesEvents) {
  EXPECT_THAT(docker("ps").text, HasSubstr("\"sleep 100000\""));
  EXPECT_THAT(docker(std::string{"logs web.3."} + kTask3).text, "out 3\n");
  EXPECT_THAT(docker("network ls").text, HasSubstr("xwpzmw5utv86   ingress   overlay   swarm\n"));
  EXPECT_THAT(docker("images").text, HasSubstr("bb           1         dcb8a99dc58f"));
  world.clock.at = WallTime{1'795'400'000'000'000'000};
  EXPECT_THAT(docker("events --since 1 --until 1795300000").text,
              HasSubstr(std::string{"service create "} + kWeb + " (name=web)\n"));
  EXPECT_THAT(docker("inspect " + std::string{kTask1}).text, HasSubstr("\"State\": \"running\""));
  EXPECT_THAT(docker("system df").text, HasSubstr("Images"));
  EXPECT_THAT(docker("pull bb:1").text, Not(HasSubstr("rror")));
}

TEST_F(CliTest, SwarmJoinTokenPrintsTheCommand) {
  EXPECT_THAT(docker("swarm join-token worker").text,
              HasSubstr("docker swarm join --token SWMTKN-1-aaa-worker 10.98.0.1:2377\n"));
}

TEST_F(CliTest, LoadsAnArchiveOfManyMegabytes) {
  const std::string archive = directory.file("archive.tar");
  FILE* file = std::fopen(archive.c_str(), "wb");
  const std::string block(1024 * 1024, 'x');
  for (int i = 0; i < 40; ++i) ASSERT_EQ(std::fwrite(block.data(), 1, block.size(), file), block.size());
  ASSERT_EQ(std::fclose(file), 0);
  EXPECT_EQ(docker("load -i " + archive).text, "Loaded image: bb:1\n");
  EXPECT_EQ(world.images.loaded_bytes, 40U * 1024 * 1024);
}

}  // namespace
}  // namespace skein
