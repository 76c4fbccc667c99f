// Which subnet the egress bridge gets: the first of the pool that meets nothing the node already routes or holds.
//
// Pure. Docker's default address pools, without 172.17.0.0/16 (docker0's). A bridge of ours that is already there
// decides (its memory file was lost).
#pragma once
#include <string>
#include <vector>

#include "events/base/result.h"
#include "netmesh/ipv4.h"
#include "netmesh/links.h"

namespace skein::mesh {

std::vector<std::string> default_bridge_pool();  // 172.18.0.0/16 ... 172.31.0.0/16, 192.168.0.0/20 ...

Result<Subnet> choose_subnet(const std::vector<std::string>& pool, const std::map<std::string, SeenLink>& links,
                             const std::vector<Route>& routes);

}  // namespace skein::mesh
