// PortTable: which published ports of the cluster are taken, and by whom. The directory's memory of endpoints.
//
// Source: swarmkit manager/allocator and controlapi/service.go (checkPortConflicts). An ingress port clashes with any
// ingress or host port of another service with the same protocol; two host ports do not clash (the scheduler keeps
// them apart). Ports not chosen by the user come from 30000-32767 and stay over updates.
// Invariants: an ingress port has at most one holder. Not thread-safe.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "events/base/result.h"
#include "events/proto/state.pb.h"

namespace skein::plan {

inline constexpr std::uint32_t kDynamicPortFirst = 30000;
inline constexpr std::uint32_t kDynamicPortLast = 32767;

class PortTable {
 public:
  // What `spec` becomes for service `id` that holds `current` now. Refused: a port taken (Docker's text names the
  // holder), none left. Takes nothing yet.
  Result<Endpoint> resolve(const std::string& service_id, const EndpointSpec& spec, const Endpoint& current) const;

  void hold(const std::string& service_id, const std::string& service_name, const Endpoint& endpoint);
  void release(const std::string& service_id);

 private:
  using Key = std::pair<PortConfig::Protocol, std::uint32_t>;
  struct Holder {
    std::string id, name;
  };
  Result<void> check_free(const std::string& service_id, const PortConfig& port) const;
  std::uint32_t pick(const std::string& service_id, const PortConfig& port, const Endpoint& current,
                     const std::set<Key>& also_taken) const;
  bool taken(const Key& key, const std::string& but_by) const;

  std::map<Key, Holder> ingress_;
  std::map<Key, std::map<std::string, std::string>> host_;  // key -> service id -> name
  std::map<std::string, Endpoint> held_;
};

}  // namespace skein::plan
