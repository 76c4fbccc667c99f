#include "runtime/http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "runtime/http/listener.h"
#include "tests/runtime/http/raw_client.h"

namespace skein {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A flag one thread raises and another waits for.
class Latch {
 public:
  void raise() {
    const std::lock_guard lock{mutex_};
    raised_ = true;
    changed_.notify_all();
  }
  bool wait() {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, std::chrono::seconds{20}, [this] { return raised_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool raised_ = false;
};

Result<Response> count_body(const Request& request) {
  std::size_t total = 0;
  std::array<char, 65536> piece;
  while (true) {
    auto count = request.body->read(piece.data(), piece.size());
    if (!count) return count.refusal();
    if (*count == 0) return plain_response(200, std::to_string(total), "text/plain");
    total += *count;
  }
}

Result<Response> two_chunks(const Request&) {
  Response response;
  response.stream = [](OutStream& out) -> Result<void> {
    out.write("one\n");
    out.write("two\n");
    return {};
  };
  return response;
}

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    router.add("GET", "/hello", [](const Request& r) -> Result<Response> {
      return plain_response(200, r.peer.principal + " via " + r.via(), "text/plain");
    });
    router.add("POST", "/count", count_body);
    router.add("POST", "/ignore", [](const Request&) -> Result<Response> { return plain_response(200, "ignored"); });
    router.add("GET", "/stream", two_chunks);
    router.add("GET", "/refused", [](const Request&) -> Result<Response> {
      Response response;
      response.stream = [](OutStream&) -> Result<void> { return Refusal{Errc::not_found, "not here"}; };
      return response;
    });
    router.add("GET", "/endless", [this](const Request&) -> Result<Response> { return endless(); });
    router.add("POST", "/echo", [](const Request&) -> Result<Response> { return echo(); });
  }
  ~ServerTest() override {
    if (server) server->stop();
  }

  Response endless() {
    Response response;
    response.stream = [this](OutStream& out) -> Result<void> {
      out.open();
      streaming.raise();
      while (!out.gone()) ::usleep(1000);
      stream_ended.raise();
      return {};
    };
    return response;
  }
  static Response echo() {
    Response response;
    response.content_type = "application/vnd.docker.raw-stream";
    response.upgrade = [](Duplex& duplex) {
      std::array<char, 256> piece;
      std::string all;
      while (true) {
        auto count = duplex.read(piece.data(), piece.size());
        if (!count || *count == 0) break;
        all.append(piece.data(), *count);
      }
      duplex.write("heard " + all);  // after the client's half-close
    };
    return response;
  }
  void start(std::size_t connections_max = 16) {
    HttpServer::Options options;
    options.rules.answer = [this](Request& request) { return router.answer(request); };
    options.rules.headers = {{"Api-Version", "1.47"}};
    options.connections_max = connections_max;
    server.emplace(std::move(options));
    auto fd = listen_unix(path());
    ASSERT_TRUE(fd) << fd.refusal().text;
    server->accept_on(*fd);
  }
  std::string path() const { return directory.file("s.sock"); }

  TestDirectory directory;
  Router router;
  Latch streaming, stream_ended;
  std::optional<HttpServer> server;
};

TEST_F(ServerTest, TellsWhoAsksAndWithWhat) {
  start();
  RawClient client{path()};
  client.say("GET /hello HTTP/1.1\r\nHost: x\r\nUser-Agent: Docker-Client/28.2.2 (linux)\r\nConnection: close\r\n\r\n");
  const std::string answer = client.hear_all();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Api-Version: 1.47\r\n"));
  EXPECT_THAT(answer, HasSubstr("(uid " + std::to_string(::getuid()) + ") via Docker-Client/28.2.2"));
}

TEST_F(ServerTest, SocketIsForOwnerAndGroupOnly) {
  start();
  struct stat info {};
  ASSERT_EQ(::stat(path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0660U);
}

TEST_F(ServerTest, KeepsAliveAndServesPipelinedRequests) {
  start();
  RawClient client{path()};
  client.say("GET /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /nope HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answers = client.hear_all();
  EXPECT_THAT(answers, HasSubstr("200 OK"));
  EXPECT_THAT(answers, HasSubstr("404 Not Found"));
}

TEST_F(ServerTest, HeadHasTheLengthButNoBody) {
  start();
  RawClient client{path()};
  client.say("HEAD /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answer = client.hear_all();
  EXPECT_THAT(answer, HasSubstr("Content-Length: "));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(ServerTest, MalformedRequestsGetDockersErrorForm) {
  start();
  for (const char* bad :
       {"\x16\x03\x01\x02\r\n\r\n", "GET\r\n\r\n", "GET /hello HTTP/9.x\r\n\r\n",
        "GET /hello HTTP/1.1\r\nno colon\r\n\r\n", "POST /count HTTP/1.1\r\nContent-Length: lots\r\n\r\n",
        "GET /a%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"}) {
    RawClient client{path()};
    client.say(bad);
    client.half_close();
    const std::string answer = client.hear_all();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n")) << bad;
    EXPECT_THAT(answer, HasSubstr("Content-Type: application/json\r\n")) << bad;
    EXPECT_THAT(answer, HasSubstr("{\"message\":\"")) << bad;
    EXPECT_THAT(answer, HasSubstr("Api-Version: 1.47\r\n")) << bad;
  }
}

TEST_F(ServerTest, TooLargeAHeaderIsRefused) {
  start();
  RawClient client{path()};
  client.say("GET /hello HTTP/1.1\r\nHost: x\r\nX: " + std::string(80 * 1024, 'a') + "\r\n\r\n");
  EXPECT_THAT(client.hear_all(), StartsWith("HTTP/1.1 431 "));
}

TEST_F(ServerTest, ReadsChunkedBodies) {
  start();
  RawClient client{path()};
  client.say(
      "POST /count HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
      "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
  EXPECT_THAT(client.hear_all(), EndsWith("\r\n\r\n11"));
}

TEST_F(ServerTest, StreamsLargeBodiesWithoutHoldingThem) {
  start();
  RawClient client{path()};
  const std::string block(1024 * 1024, 'x');
  client.say("POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 67108864\r\nConnection: close\r\n\r\n");
  for (int i = 0; i < 64; ++i) ASSERT_TRUE(client.say(block));
  EXPECT_THAT(client.hear_all(), EndsWith("\r\n\r\n67108864"));
}

TEST_F(ServerTest, BrokenChunksAreRefused) {
  start();
  RawClient client{path()};
  client.say("POST /count HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n");
  EXPECT_THAT(client.hear_all(), StartsWith("HTTP/1.1 400 "));
}

TEST_F(ServerTest, SendsContinueWhenTheBodyIsWanted) {
  start();
  RawClient client{path()};
  client.say(
      "POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.hear_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.say("abc");
  EXPECT_THAT(client.hear_all(), EndsWith("\r\n\r\n3"));
}

TEST_F(ServerTest, SendsNoContinueWhenTheBodyIsNotWanted) {
  start();
  RawClient client{path()};
  client.say("POST /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  const std::string answer = client.hear_all();  // it hangs up: what follows cannot be told from a body
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
}

TEST_F(ServerTest, DrainsASmallBodyNobodyReadAndGoesOn) {
  start();
  RawClient client{path()};
  client.say(
      "POST /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
      "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answers = client.hear_all();
  EXPECT_THAT(answers, HasSubstr("ignored"));
  EXPECT_THAT(answers, HasSubstr(" via "));
}

TEST_F(ServerTest, StreamsInChunks) {
  start();
  RawClient client{path()};
  client.say("GET /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answer = client.hear_all();
  EXPECT_THAT(answer, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n4\r\none\n\r\n4\r\ntwo\n\r\n0\r\n\r\n"));
}

TEST_F(ServerTest, StreamsUnframedToOldClients) {
  start();
  RawClient client{path()};
  client.say("GET /stream HTTP/1.0\r\n\r\n");
  const std::string answer = client.hear_all();
  EXPECT_THAT(answer, EndsWith("\r\n\r\none\ntwo\n"));
  EXPECT_THAT(answer, Not(HasSubstr("chunked")));
}

TEST_F(ServerTest, RefusalBeforeTheFirstChunkIsAnOrdinaryError) {
  start();
  RawClient client{path()};
  client.say("GET /refused HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answer = client.hear_all();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(answer, EndsWith("{\"message\":\"not here\"}\n"));
}

TEST_F(ServerTest, HeadOfAnEndlessStreamEnds) {
  start();
  RawClient client{path()};
  client.say("HEAD /endless HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.hear_all(), EndsWith("\r\n\r\n"));
}

TEST_F(ServerTest, StreamSeesThatItsClientHasGone) {
  start();
  {
    RawClient client{path()};
    client.say("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_THAT(client.hear_until("\r\n\r\n"), HasSubstr("200 OK"));
  }
  EXPECT_TRUE(stream_ended.wait());
}

TEST_F(ServerTest, StopEndsStreamsAndIdleClients) {
  start();
  RawClient idle{path()}, busy{path()};
  idle.say("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  idle.hear_until(" via ");
  busy.say("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(streaming.wait());
  server->stop();
  EXPECT_THAT(busy.hear_all(), EndsWith("0\r\n\r\n"));
  EXPECT_EQ(idle.hear_all(), "");
  EXPECT_EQ(server->connections(), 0U);
}

TEST_F(ServerTest, UpgradeGivesBothDirectionsAndOutlivesHalfClose) {
  start();
  RawClient client{path()};
  client.say(
      "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 2\r\n\r\n{}early ");
  const std::string head = client.hear_until("\r\n\r\n");
  EXPECT_THAT(head, StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(head, HasSubstr("Upgrade: tcp\r\n"));
  client.say("late");
  client.half_close();
  EXPECT_EQ(client.hear_all(), "heard early late");
}

TEST_F(ServerTest, ServesSocketsHandedOver) {
  start();
  int pair[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
  server->serve(pair[0]);
  RawClient client{pair[1]};
  client.say("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.hear_all(), HasSubstr("200 OK"));
}

TEST_F(ServerTest, BoundsItsConnections) {
  start(1);
  RawClient first{path()};
  first.say("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(streaming.wait());
  RawClient second{path()};
  EXPECT_THAT(second.hear_all(), StartsWith("HTTP/1.1 503 "));
}

TEST_F(ServerTest, ListensOnLoopbackToo) {
  start();
  auto fd = listen_loopback(0);
  ASSERT_TRUE(fd);
  EXPECT_GT(*port_of(*fd), 0);
  server->accept_on(*fd);
}

TEST(Listener, ReplacesAStaleSocketButNotALiveOne) {
  TestDirectory directory;
  auto first = listen_unix(directory.file("s"));
  ASSERT_TRUE(first);
  EXPECT_FALSE(listen_unix(directory.file("s")));
  ::close(*first);
  auto second = listen_unix(directory.file("s"));
  ASSERT_TRUE(second);
  ::close(*second);
}

}  // namespace
}  // namespace skein
