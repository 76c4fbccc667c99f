#include "runtime/containers/oci_spec.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "runtime/containers/capabilities.h"
#include "runtime/containers/seccomp.h"

namespace skein {
namespace {

using nlohmann::json;

constexpr std::int64_t kCpuPeriodUs = 100'000;

json device(const char* type, int major, int minor, const char* access) {
  json rule = {{"allow", true}, {"type", type}, {"access", access}};
  if (major >= 0) rule["major"] = major;
  if (minor >= 0) rule["minor"] = minor;
  return rule;
}

// Anything may be made by mknod, but only these may be opened.
json device_rules() {
  json rules = json::array({{{"allow", false}, {"access", "rwm"}}, device("c", -1, -1, "m"), device("b", -1, -1, "m")});
  for (const int minor : {3, 5, 7, 8, 9})
    rules.push_back(device("c", 1, minor, "rwm"));                               // null zero full random urandom
  for (const int minor : {0, 2}) rules.push_back(device("c", 5, minor, "rwm"));  // tty ptmx
  rules.push_back(device("c", 136, -1, "rwm"));                                  // pts
  return rules;
}

json resources(const ContainerFacts& facts) {
  const auto& limits = facts.task.spec().resources().limits();
  json out = {{"devices", device_rules()}};
  if (limits.nano_cpus() > 0) {
    const auto quota = std::max<std::int64_t>(limits.nano_cpus() * kCpuPeriodUs / 1'000'000'000, 1000);
    out["cpu"] = {{"quota", quota}, {"period", kCpuPeriodUs}};
  }
  if (limits.memory_bytes() > 0) {
    out["memory"]["limit"] = limits.memory_bytes();
    if (facts.swap_accounting) out["memory"]["swap"] = 2 * limits.memory_bytes();
  }
  if (limits.pids() > 0) out["pids"] = {{"limit", limits.pids()}};
  return out;
}

json rlimits(const ContainerFacts& facts) {
  json out = json::array();
  const auto add = [&](const Ulimit& limit) {
    std::string type = "RLIMIT_";
    for (const unsigned char c : limit.name()) type += static_cast<char>(std::toupper(c));
    const auto value = [](std::int64_t v) { return v < 0 ? ~std::uint64_t{0} : static_cast<std::uint64_t>(v); };
    const json entry = {{"type", type}, {"soft", value(limit.soft())}, {"hard", value(limit.hard())}};
    const auto same = std::find_if(out.begin(), out.end(), [&](const json& each) { return each["type"] == type; });
    if (same == out.end())
      out.push_back(entry);
    else
      *same = entry;
  };
  for (const auto& limit : facts.default_ulimits) add(limit);
  for (const auto& limit : facts.task.spec().container().ulimits()) add(limit);
  return out;
}

json process(const ContainerFacts& facts, const std::vector<std::string>& capabilities) {
  const auto& spec = facts.task.spec().container();
  json user = {{"uid", facts.user.uid}, {"gid", facts.user.gid}};
  if (!facts.user.additional_gids.empty()) user["additionalGids"] = facts.user.additional_gids;
  json out = {{"terminal", spec.tty()},
              {"user", user},
              {"args", facts.process.argv},
              {"env", facts.process.env},
              {"cwd", facts.process.working_dir},
              {"capabilities", {{"bounding", capabilities}, {"effective", capabilities}, {"permitted", capabilities}}},
              {"rlimits", rlimits(facts)},
              {"noNewPrivileges", spec.privileges().no_new_privileges()}};
  if (spec.oom_score_adj() != 0) out["oomScoreAdj"] = spec.oom_score_adj();
  return out;
}

json namespaces(const ContainerFacts& facts) {
  json out = json::array({{{"type", "pid"}}, {{"type", "ipc"}}, {{"type", "uts"}}, {{"type", "mount"}}});
  if (!facts.netns_path.empty()) out.push_back({{"type", "network"}, {"path", facts.netns_path}});
  if (facts.private_cgroups) out.push_back({{"type", "cgroup"}});
  return out;
}

json sysctls(const ContainerFacts& facts) {
  json out = json::object();
  if (!facts.netns_path.empty()) {
    out["net.ipv4.ip_unprivileged_port_start"] = "0";
    out["net.ipv4.ping_group_range"] = "0 2147483647";
  }
  for (const auto& sysctl : facts.task.spec().container().sysctls()) out[sysctl.key()] = sysctl.value();
  return out;
}

json linux_part(const ContainerFacts& facts) {
  json out = {{"resources", resources(facts)},
              {"cgroupsPath", facts.cgroups_path},
              {"namespaces", namespaces(facts)},
              {"rootfsPropagation", "rprivate"}};
  if (auto set = sysctls(facts); !set.empty()) out["sysctl"] = std::move(set);
  out["maskedPaths"] = {"/proc/asound",
                        "/proc/acpi",
                        "/proc/kcore",
                        "/proc/keys",
                        "/proc/latency_stats",
                        "/proc/timer_list",
                        "/proc/timer_stats",
                        "/proc/sched_debug",
                        "/proc/scsi",
                        "/sys/firmware",
                        "/sys/devices/virtual/powercap"};
  out["readonlyPaths"] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
  return out;
}

json mounts_part(const std::vector<OciMount>& mounts) {
  json out = json::array();
  for (const auto& mount : mounts) {
    out.push_back({{"destination", mount.destination},
                   {"type", mount.type},
                   {"source", mount.source},
                   {"options", mount.options}});
  }
  return out;
}

}  // namespace

Result<json> oci_spec(const ContainerFacts& facts) {
  const auto& spec = facts.task.spec().container();
  const auto capabilities = effective_capabilities({spec.cap_add().begin(), spec.cap_add().end()},
                                                   {spec.cap_drop().begin(), spec.cap_drop().end()});
  if (!capabilities) return capabilities.refusal();
  const auto seccomp = seccomp_profile(spec.privileges(), *capabilities);
  if (!seccomp) return seccomp.refusal();
  json out = {{"ociVersion", "1.0.0"},
              {"hostname", facts.process.hostname},
              {"root", {{"path", facts.root}, {"readonly", spec.read_only()}}},
              {"process", process(facts, *capabilities)},
              {"mounts", mounts_part(facts.mounts)},
              {"linux", linux_part(facts)}};
  if (!seccomp->is_null()) out["linux"]["seccomp"] = *seccomp;
  for (const auto& label : facts.annotations) out["annotations"][label.key()] = label.value();
  return out;
}

json exec_process(const json& config, const std::vector<std::string>& argv) {
  json out = config.at("process");
  out["args"] = argv;
  out["terminal"] = false;
  return out;
}

}  // namespace skein
