// The control socket: who may come, what they may speak, who they are, how it ends.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "runtime/control/principals.h"
#include "tests/runtime/control/control_fixture.h"

namespace skein {
namespace {

using testing::HasSubstr;

class Socket : public ControlFixture {
 protected:
  // What the daemon saw of whoever gave the last command.
  Caller caller_after(cli::ControlClient& client) {
    world_.gateway->on_submit = [](const Command&) { return Outcome{}; };
    Command command;
    command.mutable_remove_service()->set_service_id(kWeb);
    EXPECT_TRUE(client.submit(command));
    return world_.gateway->last_caller;
  }
  int connected() {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return fd;
  }
  std::string me() const { return ::getuid() == 0 ? "root (uid 0)" : "(uid " + std::to_string(::getuid()) + ")"; }
};

TEST_F(Socket, IsOnlyForItsOwner) {
  struct stat info {};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
}

TEST_F(Socket, TheKernelSaysWhoGivesACommand) {
  const Caller caller = caller_after(*client());
  EXPECT_THAT(caller.principal, HasSubstr(me()));
  EXPECT_EQ(caller.via, "skein/" SKEIN_VERSION);
}

TEST_F(Socket, EveryConnectionKeepsItsOwnPrincipal) {
  if (::getuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  ASSERT_EQ(::chmod(path_.c_str(), 0666), 0);
  std::filesystem::permissions(std::filesystem::path{path_}.parent_path(), std::filesystem::perms{0755});
  const auto as_root = client();
  EXPECT_EQ(caller_after(*as_root).principal, "root (uid 0)");
  int fd = -1;
  // Of the whole process only this thread becomes nobody: the system call, not glibc's wrapper.
  std::thread{[&] {
    ASSERT_EQ(::syscall(SYS_setresuid, 65534, 65534, 65534), 0);
    fd = connected();
  }}.join();
  const auto as_nobody = cli::ControlClient::over(fd);
  EXPECT_EQ(caller_after(*as_nobody).principal, "nobody (uid 65534)");
  EXPECT_EQ(caller_after(*as_root).principal, "root (uid 0)");
}

TEST(PrincipalsTest, ANumberNeverChangesItsPrincipal) {
  Principals principals;
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  EXPECT_EQ(principals.admit(ends[0], "a"), ends[0]);
  EXPECT_EQ(principals.of("fd:" + std::to_string(ends[0])), "a");
  EXPECT_EQ(principals.admit(ends[0], "a"), ends[0]);  // the number again, of the same one
  const auto moved = principals.admit(ends[0], "b");
  ASSERT_TRUE(moved);
  EXPECT_NE(*moved, ends[0]);
  EXPECT_EQ(principals.of("fd:" + std::to_string(*moved)), "b");
  EXPECT_EQ(principals.of("fd:" + std::to_string(ends[0])), "a");
  EXPECT_EQ(principals.of("unix:/somewhere"), std::nullopt);
  EXPECT_EQ(principals.of("fd:999999"), std::nullopt);
  ::close(*moved);
  ::close(ends[1]);
}

TEST_F(Socket, SpeaksHttpAsWell) {
  RawClient curl{path_};
  curl.say("GET /skein/v1/log?from=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string heard = curl.hear_all();
  EXPECT_THAT(heard, HasSubstr("HTTP/1.1 200 OK"));
  EXPECT_THAT(heard, HasSubstr("\"index\":1,"));
  EXPECT_THAT(heard, HasSubstr("\"type\":\"ClusterFounded\""));
  EXPECT_EQ(skein({"node", "ls", "-q"}).code, 0);
}

TEST_F(Socket, AHalfSaidFirstWordKeepsNobodyWaiting) {
  RawClient silent{path_};
  RawClient slow{path_};
  slow.say("P");
  EXPECT_EQ(skein({"node", "ls"}).code, 0);
  // It was a POST after all.
  slow.say("OST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(slow.hear_all(), HasSubstr("HTTP/1.1 404"));
}

TEST_F(Socket, OneThatSomebodyListensOnIsNotTaken) {
  auto second = ControlServer::start({.path = path_,
                                      .gateway = [] { return std::shared_ptr<Gateway>{}; },
                                      .node = world_.node,
                                      .containers = world_.containers,
                                      .http = *http_,
                                      .rng = world_.rng});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.refusal().text, "control socket " + path_ + ": another program listens on it");
  EXPECT_EQ(skein({"node", "ls"}).code, 0);
}

TEST_F(Socket, OneLeftByADeadDaemonIsReplaced) {
  stop();
  EXPECT_FALSE(std::filesystem::exists(path_));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path_.copy(address.sun_path, sizeof address.sun_path - 1);
  const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(::bind(dead, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(dead);
  ASSERT_TRUE(std::filesystem::exists(path_));
  start();
  EXPECT_EQ(skein({"node", "ls"}).code, 0);
}

TEST_F(Socket, AnythingElseInItsPlaceIsLeftAlone) {
  stop();
  std::ofstream{path_} << "precious";
  HttpServer http{{}};
  auto server = ControlServer::start({.path = path_,
                                      .gateway = [] { return std::shared_ptr<Gateway>{}; },
                                      .node = world_.node,
                                      .containers = world_.containers,
                                      .http = http,
                                      .rng = world_.rng});
  ASSERT_FALSE(server);
  EXPECT_THAT(server.refusal().text, HasSubstr("no socket"));
  EXPECT_TRUE(std::filesystem::exists(path_));
}

// Follows the log until the daemon ends it; `meanwhile` runs once it has begun.
class Following : public Socket {
 protected:
  Result<void> follow(const std::function<void()>& meanwhile) {
    const auto follower = client();
    std::promise<void> following;
    auto ended = std::async(std::launch::async, [&] {
      control::SubscribeRequest request;
      request.set_from(1);
      request.set_follow(true);
      bool first = true;
      return follower->subscribe(request, [&](const control::RecordBatch&) {
        if (std::exchange(first, false)) following.set_value();
        return true;
      });
    });
    following.get_future().wait();
    meanwhile();
    return ended.get();
  }
};

TEST_F(Following, EndsWhenTheDaemonStopsAndIsToldSo) {
  const auto done = follow([&] { stop(); });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.refusal().code, Errc::unavailable);
  EXPECT_EQ(done.refusal().text, "the daemon is stopping");
}

TEST_F(Following, EndsWhenTheNodeIsNoLongerAManager) {
  const auto done = follow([&] { leave_swarm(); });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.refusal().code, Errc::unavailable);
  EXPECT_THAT(done.refusal().text, HasSubstr("This node is not a swarm manager."));
}

TEST_F(Socket, NobodyThereIsToldPlainly) {
  stop();
  const Ran ran = skein({"node", "ls"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.err, "Cannot connect to the Skein daemon at unix://" + path_ + ". Is skeind running?\n");
}

TEST_F(Socket, OutsideASwarmOnlyTheNodeAnswers) {
  leave_swarm();
  world_.node.state_now = {};
  const Ran ran = skein({"node", "ls"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.err,
            "Error response from daemon: This node is not a swarm manager. Use \"skein swarm init\" to start a swarm "
            "here and try again.\n");
  EXPECT_THAT(skein({"info"}).out, HasSubstr(" Swarm: inactive\n"));
  EXPECT_EQ(skein({"swarm", "leave"}).err, "Error response from daemon: This node is not part of a swarm\n");
}

}  // namespace
}  // namespace skein
