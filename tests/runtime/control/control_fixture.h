// ControlFixture: a ControlServer over the made-up swarm of tests/runtime/api/world.h, on a real unix socket in a
// directory of its own, and the skein program run against it within this process.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "runtime/control/control_server.h"
#include "runtime/http/server.h"
#include "tests/runtime/api/world.h"
#include "tests/runtime/http/raw_client.h"
#include "tools/skein/cli.h"
#include "tools/skein/control_client.h"

namespace skein {

class ControlFixture : public testing::Test {
 protected:
  ControlFixture();
  ~ControlFixture() override;

  struct Ran {
    int code = 0;
    std::string out, err;
  };
  // `skein --host <socket> arguments...`, as to a pipe.
  Ran skein(std::vector<std::string> arguments, const std::string& input = {});
  std::unique_ptr<cli::ControlClient> client();
  // From any thread; one waits for the other.
  void start();
  void stop();
  void leave_swarm();  // while the server runs

  std::mutex lifecycle_;
  std::mutex gateway_mutex_;
  std::shared_ptr<FakeGateway> served_;  // guarded by gateway_mutex_: what the server is given
  TestDirectory directory_;
  std::string path_;
  World world_;
  WallTime now_{1'795'176'000'000'000'000};  // 2026-11-20T12:00:00Z; pauses move it on
  std::map<std::string, std::string> environment_;
  std::function<void()> on_pause_;
  std::function<void()> on_flush_;  // the program has printed what it had
  std::ostream* out_ = nullptr;     // of the program that runs
  std::unique_ptr<HttpServer> http_;
  std::unique_ptr<ControlServer> server_;
};

}  // namespace skein
