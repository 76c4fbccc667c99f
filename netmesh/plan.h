// The mesh's planner: wanted and seen -> the steps that make the second into the first. Pure, like every planner.
//
//   wanted --+
//            +--> allocate --> port table --+
//   seen ----+                              +--> steps
//            +------------------------------+
// Order of steps: memory (addresses are on disk before they are used), bridge and isolation, sandboxes and legs, rules
// (one transaction), removals and their flows, memory without what is gone.
// Invariants: a right `seen` gives no steps; carrying out all steps gives a `seen` that gives none; nothing that is not
// ours by name appears in a step. Order: rules follow the sandboxes they point at and precede the removal of those
// they pointed at, so that a packet never meets a translation to nowhere.
// Overlays will add their own parts beside `legs` and `rules`.
#pragma once
#include <string>
#include <vector>

#include "actors/ports/network_plane.h"
#include "netmesh/allocate.h"
#include "netmesh/memory.h"
#include "netmesh/seen.h"
#include "netmesh/step.h"

namespace skein::mesh {

struct Plan {
  std::vector<Step> steps;
  std::vector<std::string> problems;  // what no step can make true, and why
  Memory memory;                      // what each wanted task has
};

// REQUIRES: subnet is chosen (subnet_choice.h). Tasks whose id cannot be a name become problems.
Plan plan(const WantedNetwork& wanted, const Subnet& subnet, const Seen& seen);

// The wanted tasks that can be named, by id. Points into `wanted`.
WantedTasks usable_tasks(const WantedNetwork& wanted, std::vector<std::string>& problems);

// "net.ipv4.tcp_rmem" may be set inside a namespace, "kernel.x" may not; no way out of /proc/sys.
bool is_network_sysctl(const std::string& key);
std::string single_spaced(const std::string& value);  // as the kernel's answer is compared: no tabs, no ends

}  // namespace skein::mesh
