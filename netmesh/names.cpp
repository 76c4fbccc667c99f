#include "netmesh/names.h"

#include <fmt/format.h>

#include <algorithm>

namespace skein::mesh {

std::string task_link_name(const TaskId& task) { return kTaskLinkPrefix + task.str().substr(0, 12); }

bool is_task_link_name(std::string_view link) { return link.starts_with(kTaskLinkPrefix); }

bool is_usable_task_id(const TaskId& task) {
  const auto usable = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  };
  return !task.empty() && task.str().size() <= 64 && std::all_of(task.str().begin(), task.str().end(), usable);
}

std::string mac_of(Ipv4 address) {
  const auto octet = [&](unsigned shift) { return (address.value >> shift) & 255U; };
  return fmt::format("02:42:{:02x}:{:02x}:{:02x}:{:02x}", octet(24), octet(16), octet(8), octet(0));
}

}  // namespace skein::mesh
