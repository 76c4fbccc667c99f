// Links, addresses and routes of one network namespace, over rtnetlink. A hand: it does what it is told, once.
//
// All writes can be repeated (replace, or "already so" is fine). Bound to the namespace of the thread that opened it.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "events/base/result.h"
#include "netmesh/ipv4.h"
#include "netmesh/netlink.h"
#include "netmesh/seen.h"

namespace skein::mesh {

struct Route {
  Subnet destination;  // none: the default route
  Ipv4 gateway;
  int link_index = 0;
};

struct VethPair {
  std::string outside;    // made in this namespace
  std::string inside;     // made in the other one
  int inside_netns = -1;  // file descriptor, borrowed
  std::string inside_mac;
  std::string alias;  // shown by `ip link`: whose it is
};

class Links {
 public:
  static Result<Links> open();

  // Names -> links with their IPv4 addresses.
  Result<std::map<std::string, SeenLink>> links();
  Result<std::vector<Route>> routes();  // IPv4, main table

  Result<void> make_bridge(const std::string& name);
  Result<void> make_veth(const VethPair& pair);
  Result<void> remove(const std::string& name);  // absent is fine
  // All at once: removing a link waits for every CPU to have forgotten it, some 20 ms however many they are.
  Result<void> remove_all(const std::vector<std::string>& names);
  Result<void> set_up(const std::string& name);
  Result<void> set_mac(const std::string& name, const std::string& mac);
  // As a port of the bridge, in hairpin mode (a task may reach itself by its published port), and up.
  Result<void> attach(const std::string& name, int bridge_index);
  Result<void> add_address(int index, const Subnet& subnet, Ipv4 address);
  Result<void> remove_address(int index, const std::string& cidr);
  Result<void> set_default_route(int index, Ipv4 gateway);
  // REQUIRES: the calling thread is in this object's namespace.
  Result<int> index_of(const std::string& name) const;

 private:
  explicit Links(Netlink netlink) : netlink_{std::move(netlink)} {}
  Netlink netlink_;
};

}  // namespace skein::mesh
