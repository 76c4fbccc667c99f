// The nftables tables `skein` as values: what it should hold for given published ports, and the edits from what it
// holds.
//
// Shape (docs/design/mesh.md draws it): base chains look a packet's (protocol, port) up in the map `published` and go
// to that port's own chain, which DNATs to the next serving task (`numgen inc`); ports without a serving task are in
// the set `refused` and answered by a reset or ICMP. Established flows never come here: conntrack translates them.
// Rules are compared as canonical JSON text, the form libnftables lists; anything else found in the table is removed.
// Pure: no kernel here (nft.h is the hand). The order of edits is the order of one transaction.
#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "netmesh/ipv4.h"
#include "netmesh/memory.h"

namespace skein::mesh {

struct Backend {
  Ipv4 address;
  std::uint16_t port = 0;
  auto operator<=>(const Backend&) const = default;
};

// Published port -> serving tasks, sorted; none serving: connections are refused.
using PortTable = std::map<PortKey, std::vector<Backend>>;

struct RuleSet {
  std::map<std::string, std::string> frame;                // base chains, maps and sets: name -> definition
  std::map<std::string, std::vector<std::string>> chains;  // every chain -> its rules' expressions, in order
  std::map<PortKey, std::string> published;                // port -> its chain
  std::set<PortKey> refused;
  bool operator==(const RuleSet&) const = default;
};

// Family ip: translation and filtering.
RuleSet wanted_rules(const Subnet& subnet, const PortTable& ports);
// Family bridge: no frame passes from one task's port to another's, whatever its protocol, except flows that a
// published port of this node sent that way. Bridge port isolation would do but for br_netfilter: where that is on (any
// machine that ran Docker) a translated packet between two ports is bridged, not routed, and isolation drops it.
RuleSet wanted_isolation();
std::string port_chain(const PortKey& port);         // "tcp_8080"
int protocol_number(PortConfig::Protocol protocol);  // IANA; nftables is asked to print numbers, not names

enum class RuleEditKind {
  drop_table,
  add_table,
  add_frame,
  add_chain,
  fill_chain,
  publish,
  retract,
  refuse,
  accept,
  drop_chain
};

// One change; which fields count depends on the kind.
struct RuleEdit {
  RuleEditKind kind = RuleEditKind::add_table;
  std::string name;                // chain, map or set
  std::string definition;          // add_frame
  std::vector<std::string> rules;  // fill_chain: replaces all of the chain's rules
  PortKey port;                    // publish, retract, refuse, accept
  bool operator==(const RuleEdit&) const = default;
};

// Empty when `seen` is right. A wrong frame is rebuilt as a whole, still in one transaction.
std::vector<RuleEdit> rule_edits(const RuleSet& wanted, const RuleSet& seen);

std::string text(const RuleEdit& edit);

}  // namespace skein::mesh
