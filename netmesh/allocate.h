// Which address and which host ports each wanted task has on this node. Pure: same arguments, same answer.
//
// Order of claims, so that a running task never loses to a new one: what is remembered, then what the kernel shows (the
// memory file was lost), then the lowest free one. Addresses of tasks on their way out count as taken until their
// flows are gone. Host ports: ingress ports of services come first, fixed ones next, then free ones from the ephemeral
// range for those published as 0. What cannot be given is a problem in Docker's words, not a refusal of the whole.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "actors/ports/network_plane.h"
#include "netmesh/memory.h"
#include "netmesh/rules.h"
#include "netmesh/seen.h"

namespace skein::mesh {

using WantedTasks = std::map<TaskId, const WantedSandbox*>;

struct Allocated {
  Memory memory;  // of the wanted tasks only
  std::vector<std::string> problems;
};

Allocated allocate(const WantedTasks& wanted, const Subnet& subnet, const Seen& seen);

// The task's host-mode ports as granted, in the order wanted; those not granted are missing.
std::vector<PortConfig> granted_ports(const WantedSandbox& sandbox, const Allocation& allocation);

// Every published port of the wanted tasks with its serving backends. Adds problems about ports nobody can serve.
PortTable port_table(const WantedTasks& wanted, const Memory& memory, std::vector<std::string>& problems);

}  // namespace skein::mesh
