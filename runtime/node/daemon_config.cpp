#include "runtime/node/daemon_config.h"

#include <CLI/CLI.hpp>
#include <filesystem>

namespace skein {
namespace {

constexpr std::string_view kUnix = "unix://";

void describe(CLI::App& app, DaemonConfig& config) {
  app.set_version_flag("-v,--version", "Skein version " SKEIN_VERSION);
  app.add_option("-H,--host", config.hosts, "Daemon socket(s) to serve the Docker Engine API on");
  app.add_option("--control", config.control, "Control socket for the skein CLI (default <exec-root>/control.sock)");
  app.add_option("--data-root", config.data_root, "Root directory of persistent state")->capture_default_str();
  app.add_option("--exec-root", config.exec_root, "Root directory of execution state")->capture_default_str();
  app.add_option("-p,--pidfile", config.pidfile, "Path for the daemon's PID file (default <exec-root>/skeind.pid)");
  app.add_option("-l,--log-level", config.log_level, "Logging level")
      ->check(CLI::IsMember({"debug", "info", "warn", "error", "fatal"}))
      ->capture_default_str();
  app.add_option("--label", config.labels, "Set key=value labels on the daemon");
  app.add_option("--cgroup-parent", config.cgroup_parent, "Parent cgroup of all containers")->capture_default_str();
  app.add_option("--insecure-registry", config.insecure_registries, "Registry (host:port or CIDR) to use without TLS");
  app.add_option("--metrics-addr", config.metrics_addr, "Loopback address and port to serve metrics on");
  app.add_option("--hostname", config.hostname, "Name of this node (default: the machine's host name)");
}

std::string check(const DaemonConfig& config) {
  for (const std::string& label : config.labels)
    if (label.find('=') == std::string::npos || label.front() == '=')
      return "bad attribute format: " + label + "; a label is key=value";
  for (const std::string& root : {config.data_root, config.exec_root})
    if (!std::filesystem::path{root}.is_absolute()) return "'" + root + "' must be an absolute path";
  if (!config.cgroup_parent.starts_with('/')) return "--cgroup-parent must start with '/'";
  return {};
}

void fill_defaults(DaemonConfig& config) {
  if (config.hosts.empty()) config.hosts = {std::string{kUnix} + config.exec_root + "/docker.sock"};
  if (config.control.empty()) config.control = std::string{kUnix} + config.exec_root + "/control.sock";
  if (config.pidfile.empty()) config.pidfile = config.exec_root + "/skeind.pid";
}

}  // namespace

ParsedFlags parse_flags(int argc, const char* const* argv) {
  ParsedFlags parsed;
  CLI::App app{"skeind: the Skein daemon. Its cluster is its log of events; the docker CLI drives it.", "skeind"};
  describe(app, parsed.config);
  std::ostringstream out;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    parsed.run = false;
    parsed.status = app.exit(error, out, out) == 0 ? 0 : 125;  // dockerd's exit code for bad flags
    parsed.text = out.str();
    return parsed;
  }
  if (std::string wrong = check(parsed.config); !wrong.empty()) return {{}, false, 125, wrong + "\n"};
  fill_defaults(parsed.config);
  return parsed;
}

Result<std::string> unix_path(const std::string& host) {
  if (host.starts_with(kUnix) && host.size() > kUnix.size()) return host.substr(kUnix.size());
  return Refusal{Errc::invalid, "'" + host + "' is not a unix socket; write unix:///path"};
}

}  // namespace skein
