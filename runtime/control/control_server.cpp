#include "runtime/control/control_server.h"

#include <fcntl.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_posix.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <mutex>
#include <utility>

#include "runtime/control/control_service.h"
#include "runtime/control/doorway.h"
#include "runtime/control/principals.h"
#include "runtime/http/peer.h"
#include "runtime/http/server.h"

namespace skein {
namespace {

constexpr int kReceiveBytesMax = 8 * 1024 * 1024;
constexpr int kCallsMax = 256;
constexpr std::chrono::seconds kGrace{2};

std::unique_ptr<grpc::Server> serve(ControlService& service) {
  grpc::ResourceQuota quota{"skein-control"};
  quota.SetMaxThreads(kCallsMax);
  grpc::ServerBuilder builder;
  builder.SetResourceQuota(quota);
  builder.SetMaxReceiveMessageSize(kReceiveBytesMax);
  builder.SetMaxSendMessageSize(-1);  // bounded where messages are made; one record may be larger
  builder.RegisterService(&service);
  return builder.BuildAndStart();
}

}  // namespace

struct ControlServer::State {
  explicit State(Options its_options)
      : options{std::move(its_options)},
        service{{options.gateway, options.node, options.containers, options.rng, rng_mutex, principals}} {}

  void admit(int fd) {
    const auto kept = principals.admit(fd, peer_of(fd).principal);
    if (!kept) {
      spdlog::error("control socket: no descriptor left for a new client");
      return;
    }
    ::fcntl(*kept, F_SETFL, ::fcntl(*kept, F_GETFL) | O_NONBLOCK);  // what gRPC expects
    grpc::AddInsecureChannelFromFd(server.get(), *kept);
  }

  const Options options;
  std::mutex rng_mutex;
  Principals principals;
  ControlService service;
  std::unique_ptr<grpc::Server> server;
  std::unique_ptr<Doorway> doorway;
};

ControlServer::ControlServer(std::unique_ptr<State> state) : state_{std::move(state)} {}

Result<std::unique_ptr<ControlServer>> ControlServer::start(Options options) {
  auto state = std::make_unique<State>(std::move(options));
  State& s = *state;
  s.server = serve(s.service);
  if (!s.server) return Refusal{Errc::fault, "control socket " + s.options.path + ": gRPC does not start"};
  auto doorway = Doorway::open({.path = s.options.path,
                                .grpc = [&s](int fd) { s.admit(fd); },
                                .http = [&s](int fd) { s.options.http.serve(fd); }});
  if (!doorway) {
    s.server->Shutdown();
    return doorway.refusal();
  }
  s.doorway = std::move(*doorway);
  return std::unique_ptr<ControlServer>{new ControlServer{std::move(state)}};
}

void ControlServer::stop() {
  State& s = *state_;
  s.doorway->stop();
  s.service.end_streams();
  s.server->Shutdown(std::chrono::system_clock::now() + kGrace);
  s.server->Wait();
}

ControlServer::~ControlServer() { stop(); }

}  // namespace skein
