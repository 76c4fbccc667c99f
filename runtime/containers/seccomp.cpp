#include "runtime/containers/seccomp.h"

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

namespace skein {
namespace {

using nlohmann::json;
using Names = std::vector<std::string>;

const Names& always_denied() {
  static const Names names = {
      "_sysctl",        "add_key",           "afs_syscall",    "create_module",   "get_kernel_syms",
      "io_uring_enter", "io_uring_register", "io_uring_setup", "kexec_file_load", "kexec_load",
      "keyctl",         "migrate_pages",     "move_pages",     "nfsservctl",      "pivot_root",
      "query_module",   "request_key",       "security",       "swapoff",         "swapon",
      "sysfs",          "tuxcall",           "uselib",         "userfaultfd",     "ustat",
      "vm86",           "vm86old",           "vserver"};
  return names;
}

struct Gate {
  Names capabilities;  // any of them opens it
  Names calls;
};

const std::vector<Gate>& gates() {
  static const std::vector<Gate> all = {
      {{"CAP_SYS_ADMIN"},
       {"fanotify_init", "fsconfig", "fsmount", "fsopen", "fspick", "lookup_dcookie", "mount", "mount_setattr",
        "move_mount", "open_tree", "quotactl", "quotactl_fd", "setdomainname", "sethostname", "setns", "umount",
        "umount2", "unshare"}},
      {{"CAP_SYS_ADMIN", "CAP_BPF"}, {"bpf"}},
      {{"CAP_SYS_ADMIN", "CAP_PERFMON"}, {"perf_event_open"}},
      {{"CAP_SYS_ADMIN", "CAP_SYSLOG"}, {"syslog"}},
      {{"CAP_DAC_READ_SEARCH"}, {"open_by_handle_at"}},
      {{"CAP_SYS_BOOT"}, {"reboot"}},
      {{"CAP_SYS_MODULE"}, {"delete_module", "finit_module", "init_module"}},
      {{"CAP_SYS_NICE"}, {"get_mempolicy", "mbind", "set_mempolicy", "set_mempolicy_home_node"}},
      {{"CAP_SYS_PACCT"}, {"acct"}},
      {{"CAP_SYS_PTRACE"}, {"kcmp", "pidfd_getfd", "process_madvise"}},
      {{"CAP_SYS_RAWIO"}, {"ioperm", "iopl"}},
      {{"CAP_SYS_TIME"}, {"clock_adjtime", "clock_settime", "clock_settime64", "settimeofday", "stime"}},
      {{"CAP_SYS_TTY_CONFIG"}, {"vhangup"}},
  };
  return all;
}

bool any_of(const Names& wanted, const Names& have) {
  return std::any_of(wanted.begin(), wanted.end(),
                     [&](const auto& name) { return std::find(have.begin(), have.end(), name) != have.end(); });
}

json deny(const json& names, int error) {
  return {{"names", names}, {"action", "SCMP_ACT_ERRNO"}, {"errnoRet", error}};
}

// clone(2) may make processes and threads, but no namespaces. A rule tests one bit: rules are or-ed.
void deny_new_namespaces(json& rules) {
  for (const std::uint64_t flag :
       {0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000}) {
    auto rule = deny(json::array({"clone"}), EPERM);
    rule["args"] = json::array({{{"index", 0}, {"value", flag}, {"valueTwo", flag}, {"op", "SCMP_CMP_MASKED_EQ"}}});
    rules.push_back(std::move(rule));
  }
}

json default_profile(const Names& capabilities) {
  json rules = json::array();
  Names denied = always_denied();
  for (const auto& gate : gates()) {
    if (!any_of(gate.capabilities, capabilities)) denied.insert(denied.end(), gate.calls.begin(), gate.calls.end());
  }
  rules.push_back(deny(denied, EPERM));
  if (!any_of({"CAP_SYS_ADMIN"}, capabilities)) {
    deny_new_namespaces(rules);
    rules.push_back(deny(json::array({"clone3"}), ENOSYS));
  }
  return {{"defaultAction", "SCMP_ACT_ALLOW"}, {"syscalls", rules}};
}

Names caps_of(const json& rule, const char* side) {
  const auto filter = rule.value(side, json::object());
  return filter.is_object() ? filter.value("caps", Names{}) : Names{};
}

// Docker's profiles choose rules by capability and name single calls by "name"; OCI knows neither.
json converted(const json& profile, const Names& capabilities) {
  json out = {{"defaultAction", profile.value("defaultAction", "SCMP_ACT_ERRNO")}, {"syscalls", json::array()}};
  if (profile.contains("defaultErrnoRet")) out["defaultErrnoRet"] = profile["defaultErrnoRet"];
  for (const auto& rule : profile.value("syscalls", json::array())) {
    const auto needs = caps_of(rule, "includes");
    if ((!needs.empty() && !any_of(needs, capabilities)) || any_of(caps_of(rule, "excludes"), capabilities)) continue;
    json kept = {{"names", rule.value("names", Names{})}, {"action", rule.at("action")}};
    if (rule.contains("name")) kept["names"].push_back(rule["name"]);
    for (const char* key : {"args", "errnoRet"}) {
      if (rule.contains(key) && !rule[key].is_null()) kept[key] = rule[key];
    }
    out["syscalls"].push_back(std::move(kept));
  }
  return out;
}

}  // namespace

Result<json> seccomp_profile(const Privileges& privileges, const std::vector<std::string>& capabilities) {
  if (privileges.seccomp_mode() == "unconfined") return json(nullptr);
  if (privileges.seccomp_mode() != "custom") return default_profile(capabilities);
  try {
    return converted(json::parse(privileges.seccomp_profile()), capabilities);
  } catch (const json::exception&) {
    return Refusal{Errc::invalid, "decoding seccomp profile failed: not a profile in Docker's JSON format"};
  }
}

}  // namespace skein
