// The network aggregate: a network of the cluster, with the subnets and the VXLAN id it was given.
//
//   CreateNetwork -> NetworkCreated     refused: name, driver, options, subnets; pool or ids used up
//   RemoveNetwork -> NetworkRemoved     refused: predefined or ingress, in use
//
// A network never changes after it was created (Docker: no field can be updated).
// Not here: unique names (the directory), addresses of tasks and services (actors/plan), the kernel (netmesh).
// Subnets are given lowest first: ingress is founded with the first of the pool, then 10.0.1.0/24 and so on.
// Source: swarmkit manager/controlapi/network.go, libnetwork ipam; swarm-features section 17. Pure: any thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/domain/decision.h"
#include "events/proto/commands.pb.h"
#include "events/proto/state.pb.h"

namespace skein::network {

inline constexpr std::uint32_t kVniMin = 4096;
inline constexpr std::uint32_t kVniMax = (1U << 24) - 1;
inline constexpr std::string_view kPredefinedLabel = "com.docker.swarm.predefined";
inline constexpr std::string_view kVniOption = "com.docker.network.driver.overlay.vxlanid_list";
inline constexpr std::string_view kOverlay = "overlay";

// What the network itself does not know: from the View.
struct NetworkFacts {
  std::string ingress_id;                 // of the ingress network; empty if there is none
  std::vector<std::string> used_subnets;  // CIDR, of every cluster network
  std::vector<std::uint32_t> used_vnis;
  std::vector<std::string> default_pool;  // Cluster.default_addr_pool
  std::uint32_t subnet_size = 24;         // Cluster.subnet_size
};
struct NetworkUse {
  std::vector<std::string> services;  // names of services attached to it
  std::vector<std::string> tasks;     // ids of tasks that have not ended and are attached to it
};

// A node-local driver the swarm passes through to the nodes.
bool is_node_local(std::string_view driver);

// REQUIRES state.id preset.
Result<Decision> decide(const Network& state, const CreateNetwork& command, const NetworkFacts& facts,
                        const DecideContext& context);
Result<Decision> decide(const Network& state, const RemoveNetwork& command, const NetworkUse& use,
                        const DecideContext& context);

// The ingress network of a new cluster: overlay, first subnet of the pool, first VNI. Refused: no room in the pool.
Result<Event> ingress(const std::vector<std::string>& pool, std::uint32_t subnet_size, const DecideContext& context);

void evolve(Network& state, const Event& event, const RecordHead& head);

}  // namespace skein::network
