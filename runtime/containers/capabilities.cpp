#include "runtime/containers/capabilities.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace skein {
namespace {

// capabilities(7), by number.
constexpr std::array<std::string_view, 41> kAll = {"CAP_CHOWN",
                                                   "CAP_DAC_OVERRIDE",
                                                   "CAP_DAC_READ_SEARCH",
                                                   "CAP_FOWNER",
                                                   "CAP_FSETID",
                                                   "CAP_KILL",
                                                   "CAP_SETGID",
                                                   "CAP_SETUID",
                                                   "CAP_SETPCAP",
                                                   "CAP_LINUX_IMMUTABLE",
                                                   "CAP_NET_BIND_SERVICE",
                                                   "CAP_NET_BROADCAST",
                                                   "CAP_NET_ADMIN",
                                                   "CAP_NET_RAW",
                                                   "CAP_IPC_LOCK",
                                                   "CAP_IPC_OWNER",
                                                   "CAP_SYS_MODULE",
                                                   "CAP_SYS_RAWIO",
                                                   "CAP_SYS_CHROOT",
                                                   "CAP_SYS_PTRACE",
                                                   "CAP_SYS_PACCT",
                                                   "CAP_SYS_ADMIN",
                                                   "CAP_SYS_BOOT",
                                                   "CAP_SYS_NICE",
                                                   "CAP_SYS_RESOURCE",
                                                   "CAP_SYS_TIME",
                                                   "CAP_SYS_TTY_CONFIG",
                                                   "CAP_MKNOD",
                                                   "CAP_LEASE",
                                                   "CAP_AUDIT_WRITE",
                                                   "CAP_AUDIT_CONTROL",
                                                   "CAP_SETFCAP",
                                                   "CAP_MAC_OVERRIDE",
                                                   "CAP_MAC_ADMIN",
                                                   "CAP_SYSLOG",
                                                   "CAP_WAKE_ALARM",
                                                   "CAP_BLOCK_SUSPEND",
                                                   "CAP_AUDIT_READ",
                                                   "CAP_PERFMON",
                                                   "CAP_BPF",
                                                   "CAP_CHECKPOINT_RESTORE"};

constexpr std::array<std::string_view, 14> kDefault = {
    "CAP_CHOWN",   "CAP_DAC_OVERRIDE",     "CAP_FSETID",     "CAP_FOWNER",     "CAP_MKNOD",
    "CAP_NET_RAW", "CAP_SETGID",           "CAP_SETUID",     "CAP_SETFCAP",    "CAP_SETPCAP",
    "CAP_KILL",    "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_AUDIT_WRITE"};

template <class List>
bool has(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

std::string normalized(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return name == "ALL" || name.starts_with("CAP_") ? name : "CAP_" + name;
}

Result<std::vector<std::string>> normalized_list(const std::vector<std::string>& names, const std::string& field) {
  std::vector<std::string> out;
  for (const auto& typed : names) {
    auto name = normalized(typed);
    if (name == "CAP_ALL") name = "ALL";
    if (name != "ALL" && !has(kAll, name)) {
      return Refusal{Errc::invalid, "invalid " + field + ": unknown capability: \"" + name + "\""};
    }
    out.push_back(std::move(name));
  }
  return out;
}

}  // namespace

Result<std::vector<std::string>> effective_capabilities(const std::vector<std::string>& add,
                                                        const std::vector<std::string>& drop) {
  const auto added = normalized_list(add, "CapAdd");
  if (!added) return added.refusal();
  const auto dropped = normalized_list(drop, "CapDrop");
  if (!dropped) return dropped.refusal();
  const bool all = has(*added, "ALL");
  const bool none = has(*dropped, "ALL") && !all;
  std::vector<std::string> out;
  for (const auto name : kAll) {
    const bool start = all || (!none && has(kDefault, name));
    if ((start && !has(*dropped, name)) || (!all && has(*added, name))) out.emplace_back(name);
  }
  return out;
}

}  // namespace skein
