// What the kernel has, as plain values: the planner's second argument. seen_reader.h fills it; tests write it by hand.
//
// Only our own objects appear (by name, see names.h), plus what our choices depend on: routes are used when the subnet
// is chosen, listeners and the ephemeral range when host ports are. All containers are ordered. No ownership, no
// threads.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "events/base/ids.h"
#include "netmesh/ipv4.h"
#include "netmesh/memory.h"
#include "netmesh/rules.h"

namespace skein::mesh {

struct SeenLink {
  int index = 0;
  int peer_index = 0;  // veth: the other end's index in its own namespace
  int master_index = 0;
  std::string kind;  // "veth", "bridge"
  std::string mac;
  bool up = false;
  bool forwarding = false;          // as a bridge port: passes packets (follows the carrier a little later)
  bool hairpin = false;             // as a bridge port: may get back what it sent
  std::set<std::string> addresses;  // "172.18.0.1/16"
};

// One file under <exec_root>/netns.
struct SeenSandbox {
  bool bound = false;  // a namespace is mounted on it; false: a file left over
  bool loopback_up = false;
  bool has_leg = false;
  SeenLink leg;                                // eth0 inside
  Ipv4 gateway;                                // of the default route through eth0; none: no such route
  std::map<std::string, std::string> sysctls;  // of those wanted: key -> value, white space made single
};

struct Seen {
  Memory memory;
  std::map<std::string, SeenLink> links;  // skgwbridge and skt... of this namespace
  std::map<TaskId, SeenSandbox> sandboxes;
  bool ip_forward = false;
  bool route_localnet = false;  // on the bridge
  RuleSet rules;                // table ip skein
  RuleSet isolation;            // table bridge skein
  std::set<PortKey> listening;  // ports this node's own processes hold
  std::uint16_t first_ephemeral = 32768;
  std::uint16_t last_ephemeral = 60999;
};

}  // namespace skein::mesh
