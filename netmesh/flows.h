// Conntrack entries of this namespace: deletes those that would keep sending packets where they should no longer go.
//
// Why: an established translation outlives the rule that made it. A UDP client that never pauses would talk to a dead
// task for ever (and to nobody for ever, if it began before its port was published). Over nfnetlink with libnl-3.
// One listing serves all addresses and ports asked for. Entries that end meanwhile are no error.
#pragma once
#include <set>

#include "events/base/result.h"
#include "netmesh/ipv4.h"
#include "netmesh/memory.h"
#include "netmesh/netlink.h"

namespace skein::mesh {

struct FlowChoice {
  std::set<Ipv4> tasks;     // any flow from or translated to one of these
  std::set<PortKey> ports;  // untranslated flows to one of these ports
};

class Flows {
 public:
  static Result<Flows> open();
  Result<void> forget(const FlowChoice& choice);

 private:
  explicit Flows(Netlink netlink) : netlink_{std::move(netlink)} {}
  Netlink netlink_;
};

}  // namespace skein::mesh
