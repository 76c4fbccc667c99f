// What a new network is given: subnets and gateways, and its VXLAN id. Part of the network aggregate's decide.
//
// Given subnets are checked and kept; missing ones are cut from the pool, lowest free first, and get their first
// address as gateway. Node-local networks get nothing: their nodes' drivers see to it. Source: libnetwork ipam and
// overlay (vxlanid_list); swarm-features section 17. Pure: any thread.
#pragma once
#include <cstdint>
#include <vector>

#include "events/base/result.h"
#include "events/domain/network.h"
#include "events/proto/types.pb.h"

namespace skein::network {

// Refused: malformed, overlapping, or no subnet left in the pool (Errc::exhausted).
Result<std::vector<IpamConfig>> plan_subnets(const NetworkSpec& spec, const NetworkFacts& facts);
// 0 for node-local networks. Refused: the wished id is taken or out of range, or none is left.
Result<std::uint32_t> plan_vni(const NetworkSpec& spec, const NetworkFacts& facts);

}  // namespace skein::network
