// The ports this node's own processes hold: TCP sockets that listen, UDP sockets that are bound and not connected.
//
// Over sock_diag(7), which filters in the kernel, so busy nodes pay nothing for their connections.
#pragma once
#include <set>

#include "events/base/result.h"
#include "netmesh/memory.h"
#include "netmesh/netlink.h"

namespace skein::mesh {

class Listeners {
 public:
  static Result<Listeners> open();
  Result<std::set<PortKey>> read();

 private:
  explicit Listeners(Netlink netlink) : netlink_{std::move(netlink)} {}
  Netlink netlink_;
};

}  // namespace skein::mesh
