// Validation of a service spec by itself: everything that can be refused without knowing the rest of the cluster.
//
// Is not: port conflicts between services, existence of networks, secrets and configs (the directory has the view).
// Checks run in swarmkit's order, so that a spec with two faults is refused for the one Docker names.
// Errors: Errc::invalid or Errc::unimplemented with swarmkit's texts. Source: swarmkit manager/controlapi/service.go,
// moby api/types and daemon/cluster/convert. Pure: any thread.
#pragma once
#include <cstdint>
#include <string_view>

#include "events/base/result.h"
#include "events/proto/types.pb.h"

namespace skein::service {

inline constexpr std::size_t kNameBytesMax = 63;
inline constexpr std::int64_t kNanoCpusMin = 1'000'000;           // 0.001 CPU
inline constexpr std::int64_t kMemoryBytesMin = 4 * 1024 * 1024;  // 4 MiB

Result<void> validate(const ServiceSpec& spec);

// Parts of it that others need as well.
bool is_dns_name(std::string_view name);  // ^[a-zA-Z0-9](?:[-_]*[A-Za-z0-9]+)*$
Result<void> validate_name(std::string_view name);

}  // namespace skein::service
