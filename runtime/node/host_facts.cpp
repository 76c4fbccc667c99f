#include "runtime/node/host_facts.h"

#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

namespace skein {
namespace {

// One value of /etc/os-release, without quotes.
std::string os_release(const std::string& key) {
  std::ifstream file{"/etc/os-release"};
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(key + "=", 0) != 0) continue;
    std::string value = line.substr(key.size() + 1);
    std::erase(value, '"');
    return value;
  }
  return {};
}

std::string cgroup_version() { return access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0 ? "2" : "1"; }

std::string machine_hostname() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

// "crun version 1.8.1" -> "1.8.1", from the package database's file rather than by running the program.
std::string package_version(const std::string& package) {
  std::ifstream file{"/var/lib/dpkg/status"};
  bool ours = false;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("Package: ", 0) == 0) ours = line.substr(9) == package;
    if (ours && line.rfind("Version: ", 0) == 0) return line.substr(9, line.find('-', 9) - 9);
  }
  return "unknown";
}

Plugin plugin(const char* type, const std::string& name) {
  Plugin made;
  made.set_type(type);
  made.set_name(name);
  return made;
}

}  // namespace

HostFacts read_host_facts(const DaemonConfig& config, const std::string& engine_id) {
  HostFacts facts;
  utsname system{};
  uname(&system);
  struct sysinfo memory {};
  sysinfo(&memory);
  facts.id = engine_id;
  facts.hostname = config.hostname.empty() ? machine_hostname() : config.hostname;
  facts.operating_system = os_release("PRETTY_NAME");
  facts.os_version = os_release("VERSION_ID");
  facts.kernel = system.release;
  facts.architecture = system.machine;
  facts.cpus = std::max(1U, std::thread::hardware_concurrency());
  facts.memory_bytes = static_cast<std::uint64_t>(memory.totalram) * memory.mem_unit;
  facts.cgroup_driver = "cgroupfs";
  facts.cgroup_version = cgroup_version();
  facts.data_root = config.data_root;
  facts.labels = config.labels;
  facts.insecure_registries = config.insecure_registries;
  facts.log_drivers = {"json-file", "local", "none"};
  facts.network_drivers = {"bridge", "host", "null", "overlay"};
  facts.volume_drivers = {"local"};
  facts.engine_version = SKEIN_VERSION;
  facts.default_runtime = "crun";
  facts.components = {{"crun", package_version("crun"), ""}, {"conmon", package_version("conmon"), ""}};
  facts.debug = config.log_level == "debug";
  return facts;
}

NodeDescription describe_node(const HostFacts& facts) {
  NodeDescription description;
  description.set_hostname(facts.hostname);
  description.mutable_platform()->set_architecture(facts.architecture);
  description.mutable_platform()->set_os("linux");
  description.mutable_resources()->set_nano_cpus(static_cast<std::int64_t>(facts.cpus) * 1'000'000'000);
  description.mutable_resources()->set_memory_bytes(static_cast<std::int64_t>(facts.memory_bytes));
  description.set_engine_version(facts.engine_version);
  for (const std::string& label : facts.labels) {
    Label& added = *description.add_engine_labels();
    added.set_key(label.substr(0, label.find('=')));
    added.set_value(label.substr(label.find('=') + 1));
  }
  std::sort(description.mutable_engine_labels()->begin(), description.mutable_engine_labels()->end(),
            [](const Label& a, const Label& b) { return a.key() < b.key(); });
  for (const std::string& name : facts.log_drivers) *description.add_plugins() = plugin("Log", name);
  for (const std::string& name : facts.network_drivers) *description.add_plugins() = plugin("Network", name);
  for (const std::string& name : facts.volume_drivers) *description.add_plugins() = plugin("Volume", name);
  return description;
}

}  // namespace skein
