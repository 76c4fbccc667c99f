// Filters: may a node take a task of this spec, and if not, why not.
//
// In Swarm's order; the first that fails is the reason:
//   ready      the node is ready and active
//   resource   its free CPUs, memory and generic resources cover the reservations
//   plugin     it has the volume, network and log drivers. Built in, hence never missing: volume driver `local`,
//              network driver `overlay`. A node that reports no log plugins at all is not asked for one
//   constraint
//   platform   one of the image's platforms is the node's; nothing given, or an empty half, is any
//   host_port  no other task holds one of its host-mode ports there
//   replicas   fewer than max_replicas tasks of the service are there
// Source: swarmkit manager/scheduler/{filter,pipeline}.go, swarm-features section 8. Pure: any thread.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/plan/constraint.h"
#include "actors/plan/place_ledger.h"
#include "events/proto/state.pb.h"

namespace skein::plan {

enum class Filter : unsigned char { ready, resource, plugin, constraint, platform, host_port, replicas };
inline constexpr std::size_t kFilters = 7;

// On how many nodes each filter was the first to fail.
using FilterCounts = std::array<std::size_t, kFilters>;

// "insufficient resources on 2 nodes; unsupported platform on 1 node": most nodes first, then in the order above.
// Empty if nothing failed.
std::string explain(const FilterCounts& counts);

class Filters {
 public:
  // `network_drivers`: of the networks the tasks attach to.
  Filters(const SpecVersion& spec, const std::vector<std::string>& network_drivers);

  const Demand& demand() const { return demand_; }
  // `service_tasks`: active tasks of the service on that node.
  std::optional<Filter> first_failure(const NodeLedger& node, std::uint32_t service_tasks) const;
  // The two halves of a pass: what only the node's description decides, and what every placement changes.
  bool suits(const Node& node) const;
  bool has_room(const NodeLedger& node, std::uint32_t service_tasks) const;

 private:
  bool has_plugins(const Node& node) const;
  bool is_platform(const Node& node) const;
  bool below_limit(std::uint32_t service_tasks) const;

  Demand demand_;
  std::vector<Plugin> plugins_;
  std::string log_driver_;
  Constraints constraints_;
  std::vector<Platform> platforms_;
  std::uint64_t max_replicas_ = 0;
};

}  // namespace skein::plan
