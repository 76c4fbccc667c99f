// What this node must remember about its network across a restart or reboot: the bridge's subnet, and which address and
// host ports each task was given. Everything else is read from the kernel.
//
// An entry stays until the task's objects and flows are gone from the kernel, so an address is never handed out while
// something may still answer for its last owner. Kept as one small JSON file in the data root, replaced atomically.
#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "events/base/ids.h"
#include "events/base/result.h"
#include "events/proto/types.pb.h"
#include "netmesh/ipv4.h"

namespace skein::mesh {

// A published port of this node: one per protocol and number.
struct PortKey {
  PortConfig::Protocol protocol = PortConfig::TCP;
  std::uint16_t number = 0;
  auto operator<=>(const PortKey&) const = default;
};

std::string protocol_name(PortConfig::Protocol protocol);  // "tcp", as nftables and Docker write it
std::string text(const PortKey& port);                     // "8080/tcp"

// A host-mode port as it became: published port -> target port of the task.
struct HostPort {
  PortKey published;
  std::uint16_t target = 0;
  auto operator<=>(const HostPort&) const = default;
};

struct Allocation {
  Ipv4 address;                      // none: no leg on the bridge
  std::vector<HostPort> host_ports;  // sorted
  bool operator==(const Allocation&) const = default;
};

struct Memory {
  Subnet subnet;
  std::map<TaskId, Allocation> allocations;
  bool operator==(const Memory&) const = default;
};

std::string encode(const Memory& memory);
Result<Memory> decode_memory(const std::string& text);

// Absent file: an empty Memory. Writing is all or nothing (temporary file, fsync, rename).
Result<Memory> load_memory(const std::string& path);
Result<void> save_memory(const std::string& path, const Memory& memory);

}  // namespace skein::mesh
