#include "tests/runtime/control/control_fixture.h"

namespace skein {
namespace {

class TellingBuffer final : public std::stringbuf {
 public:
  explicit TellingBuffer(const std::function<void()>& told) : told_{told} {}

 protected:
  int sync() override {
    if (told_) told_();
    return 0;
  }

 private:
  const std::function<void()>& told_;
};

}  // namespace

ControlFixture::ControlFixture() : path_{directory_.file("control.sock")} {
  world_.found_swarm();
  served_ = world_.gateway;
  start();
}

ControlFixture::~ControlFixture() { stop(); }

void ControlFixture::start() {
  const std::lock_guard lock{lifecycle_};
  http_ = std::make_unique<HttpServer>(
      HttpServer::Options{.rules = {.answer = world_.api.answer(), .headers = world_.api.headers()}});
  auto server = ControlServer::start({.path = path_,
                                      .gateway = [this]() -> std::shared_ptr<Gateway> {
                                        const std::lock_guard served{gateway_mutex_};
                                        return served_;
                                      },
                                      .node = world_.node,
                                      .containers = world_.containers,
                                      .http = *http_,
                                      .rng = world_.rng});
  ASSERT_TRUE(server) << server.refusal().text;
  server_ = std::move(*server);
}

void ControlFixture::leave_swarm() {
  const std::lock_guard lock{gateway_mutex_};
  served_ = nullptr;
}

void ControlFixture::stop() {
  const std::lock_guard lock{lifecycle_};
  server_.reset();
  http_.reset();
}

ControlFixture::Ran ControlFixture::skein(std::vector<std::string> arguments, const std::string& input) {
  std::istringstream in{input};
  TellingBuffer printed{on_flush_};
  std::ostream out{&printed};
  out_ = &out;
  std::ostringstream err;
  cli::Console console{.in = in,
                       .out = out,
                       .err = err,
                       .now = [this] { return now_; },
                       .pause =
                           [this](std::chrono::milliseconds time) {
                             now_.ns += std::chrono::nanoseconds{time}.count();
                             if (on_pause_) on_pause_();
                           },
                       .environment = [this](const std::string& name) { return environment_[name]; }};
  arguments.insert(arguments.begin(), {"--host", "unix://" + path_});
  const int code = cli::run(arguments, console);
  out_ = nullptr;
  return {code, printed.str(), err.str()};
}

std::unique_ptr<cli::ControlClient> ControlFixture::client() {
  auto made = cli::ControlClient::to("unix://" + path_);
  CHECK(made);
  return std::move(*made);
}

}  // namespace skein
