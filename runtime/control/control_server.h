// ControlServer: the daemon's control socket, for the skein CLI and for programs that follow the log.
//
// One unix socket, mode 0600, speaks two protocols: gRPC (events/proto/control.proto) and plain HTTP, so that
// `curl --unix-socket control.sock http://x/skein/v1/log?from=1` works too. HTTP clients are given to `http`; give it
// an HttpServer whose routes are the engine API's (they hold /skein/v1/log). Who asks is told by the kernel
// (SO_PEERCRED) for both. Is not: reachable over a network, a place for CAF.
//
// Wiring:
//   HttpServer http{{.rules = {.answer = api.answer(), .headers = api.headers()}}};
//   auto control = ControlServer::start({.path = "/run/skein/control.sock",
//                                        .gateway = [&] { return node.gateway(); },   // nullptr: not a manager
//                                        .node = node_control, .containers = directory, .http = http, .rng = rng});
//   ... (*control)->stop(); then http.stop();
// The options outlive the server. `rng` is used under a lock of the server's own; it must not be shared with others
// unless it can be called by several threads at once (SystemRng can).
//
// Bounds: messages to us 8 MiB, 256 calls at once (RESOURCE_EXHAUSTED beyond). stop() ends streams (UNAVAILABLE "the
// daemon is stopping"), waits two seconds for calls, then cancels them. Errors: fault, "control socket <path>: <why>".
// Threads: start and stop from any thread, stop more than once; not from a call.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "events/base/result.h"

namespace skein {

class ContainerDirectory;
class Gateway;
class HttpServer;
class NodeControl;
class Rng;

class ControlServer {
 public:
  struct Options {
    std::string path;
    std::function<std::shared_ptr<Gateway>()> gateway;
    NodeControl& node;
    const ContainerDirectory& containers;
    HttpServer& http;
    Rng& rng;  // makes command ids and names of services that were given none
  };
  static Result<std::unique_ptr<ControlServer>> start(Options options);
  ~ControlServer();

  void stop();

 private:
  struct State;
  explicit ControlServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace skein
