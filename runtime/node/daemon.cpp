#include "runtime/node/daemon.h"

#include <signal.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>

#include "netmesh/kernel_plane.h"
#include "runtime/api/engine_api.h"
#include "runtime/containers/crun_executor.h"
#include "runtime/control/control_server.h"
#include "runtime/http/listener.h"
#include "runtime/http/server.h"
#include "runtime/images/image_store.h"
#include "runtime/node/host_facts.h"
#include "runtime/node/metrics.h"
#include "runtime/node/node_file.h"
#include "runtime/node/root_lock.h"
#include "runtime/node/swarm_node.h"
#include "runtime/node/system_ports.h"

namespace skein {
namespace {

void set_up_log(const std::string& level) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("skeind"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%fZ %^%l%$ %v", spdlog::pattern_time_type::utc);
  spdlog::set_level(level == "fatal" ? spdlog::level::critical : spdlog::level::from_str(level));
}

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

// Blocked in every thread that starts after this; taken by sigwait.
void block_signals() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGHUP, SIG_IGN);
}

void wait_for_stop() {
  const sigset_t set = stop_signals();
  int signal = 0;
  sigwait(&set, &signal);
  spdlog::info("stopping on signal {}; containers run on", signal);
}

// The engine's own id: made once, kept beside the data.
Result<std::string> engine_id(const std::string& data_root, Rng& rng) {
  const std::string path = data_root + "/engine-id";
  std::string id;
  if (std::ifstream{path} >> id) return id;
  id = random_id(rng);
  if (Result<void> written = replace_file(path, id + "\n"); !written) return written.refusal();
  return id;
}

Result<int> listen_on(const std::string& host) {
  if (Result<std::string> path = unix_path(host)) return listen_unix(*path);
  constexpr std::string_view kLoopback = "tcp://127.0.0.1:";
  std::uint16_t port = 0;
  const std::string_view digits = std::string_view{host}.substr(std::min(host.size(), kLoopback.size()));
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (!host.starts_with(kLoopback) || error != std::errc{} || end != digits.data() + digits.size())
    return Refusal{Errc::invalid, "-H " + host +
                                      ": write unix:///path or tcp://127.0.0.1:PORT; the API knows no users, "
                                      "so it is never served on other addresses"};
  return listen_loopback(port);
}

// The rooms in the order they open; destroyed in reverse.
class Daemon {
 public:
  explicit Daemon(const DaemonConfig& config) : config_{config} {}
  Result<void> start();
  void stop();

 private:
  Result<void> open_roots();
  Result<void> open_rooms();
  Result<void> open_sockets();
  Result<void> open_control();
  Result<void> open_metrics();
  [[noreturn]] static void give_up(const Refusal& why);

  const DaemonConfig& config_;
  SystemClock clock_;
  SystemRng rng_;
  RootLock data_lock_, exec_lock_;
  std::unique_ptr<ImageStore> images_;
  std::unique_ptr<CrunExecutor> executor_;
  std::unique_ptr<KernelPlane> plane_;
  std::unique_ptr<SwarmNode> node_;
  std::unique_ptr<EngineApi> api_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<ControlServer> control_;
  std::unique_ptr<HttpServer> metrics_;
};

void Daemon::give_up(const Refusal& why) {
  spdlog::critical("{}", why.text);
  spdlog::critical("stopping: the log is what this node knows, and it cannot go on without it");
  spdlog::shutdown();
  ::_exit(1);
}

Result<void> Daemon::open_roots() {
  Result<RootLock> data = RootLock::take(config_.data_root);
  if (!data) return data.refusal();
  Result<RootLock> exec = RootLock::take(config_.exec_root);
  if (!exec) return exec.refusal();
  data_lock_ = std::move(*data);
  exec_lock_ = std::move(*exec);
  return write_pidfile(config_.pidfile);
}

Result<void> Daemon::open_rooms() {
  Result<std::string> id = engine_id(config_.data_root, rng_);
  if (!id) return id.refusal();
  HostFacts facts = read_host_facts(config_, *id);
  Result<std::unique_ptr<ImageStore>> images =
      ImageStore::open({config_.data_root + "/image", config_.insecure_registries});
  if (!images) return images.refusal();
  images_ = std::move(*images);
  CrunExecutor::Options containers;
  containers.data_root = config_.data_root;
  containers.exec_root = config_.exec_root;
  containers.cgroup_parent = config_.cgroup_parent;
  containers.images = images_.get();
  containers.node_hostname = facts.hostname;
  Result<std::unique_ptr<CrunExecutor>> executor = CrunExecutor::open(std::move(containers));
  if (!executor) return executor.refusal();
  executor_ = std::move(*executor);
  Result<std::vector<FoundContainer>> found = executor_->recover();
  if (!found) return found.refusal();
  Result<std::unique_ptr<KernelPlane>> plane = KernelPlane::open({config_.exec_root, config_.data_root, {}});
  if (!plane) return plane.refusal();
  plane_ = std::move(*plane);
  Result<std::unique_ptr<SwarmNode>> node =
      SwarmNode::open({config_, std::move(facts), *executor_, *plane_, clock_,
                       [] { return std::make_unique<SystemRng>(); }, std::move(*found), &Daemon::give_up});
  if (!node) return node.refusal();
  node_ = std::move(*node);
  return {};
}

Result<void> Daemon::open_sockets() {
  api_ = std::make_unique<EngineApi>(
      EngineApi::Options{*images_, executor_->directory(), *node_, [this] { return node_->gateway(); }, clock_, rng_});
  HttpServer::Options options;
  options.rules.answer = api_->answer();
  options.rules.headers = api_->headers();
  server_ = std::make_unique<HttpServer>(std::move(options));
  for (const std::string& host : config_.hosts) {
    Result<int> listening = listen_on(host);
    if (!listening) return listening.refusal();
    server_->accept_on(*listening);
    spdlog::info("API listen on {}", host);
  }
  return {};
}

Result<void> Daemon::open_control() {
  Result<std::string> path = unix_path(config_.control);
  if (!path) return path.refusal();
  Result<std::unique_ptr<ControlServer>> control = ControlServer::start(
      {*path, [this] { return node_->gateway(); }, *node_, executor_->directory(), *server_, rng_});
  if (!control) return control.refusal();
  control_ = std::move(*control);
  spdlog::info("control socket on {}", config_.control);
  return {};
}

Result<void> Daemon::open_metrics() {
  if (config_.metrics_addr.empty()) return {};
  Result<int> listening = listen_on("tcp://" + config_.metrics_addr);
  if (!listening) return listening.refusal();
  HttpServer::Options options;
  options.rules.answer = [this](Request& request) { return answer_metrics(request, node_->gateway().get()); };
  metrics_ = std::make_unique<HttpServer>(std::move(options));
  metrics_->accept_on(*listening);
  spdlog::info("metrics on http://{}/metrics", config_.metrics_addr);
  return {};
}

Result<void> Daemon::start() {
  if (Result<void> ok = open_roots(); !ok) return ok;
  if (Result<void> ok = open_rooms(); !ok) return ok;
  if (Result<void> ok = open_sockets(); !ok) return ok;
  if (Result<void> ok = open_control(); !ok) return ok;
  if (Result<void> ok = open_metrics(); !ok) return ok;
  spdlog::info("Daemon has completed initialization");
  return {};
}

void Daemon::stop() {
  if (node_) node_->stop();  // first: calls that wait for the cluster are answered
  if (control_) control_->stop();
  if (metrics_) metrics_->stop();
  if (server_) server_->stop();
  ::unlink(config_.pidfile.c_str());
}

}  // namespace

Result<void> run_daemon(const DaemonConfig& config) {
  set_up_log(config.log_level);
  block_signals();
  Daemon daemon{config};
  if (Result<void> started = daemon.start(); !started) {
    daemon.stop();
    return started;
  }
  wait_for_stop();
  daemon.stop();
  return {};
}

}  // namespace skein
