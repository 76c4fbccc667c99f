// API versions: "1.47" as two numbers, what we offer, and the fields that older clients' requests cannot mean.
//
// Source: moby api/server/middleware/version.go and router/swarm/helpers.go. Pure; any thread.
#pragma once
#include <compare>
#include <string>
#include <string_view>

#include "events/base/result.h"
#include "events/proto/types.pb.h"
#include "runtime/http/message.h"

namespace skein {

struct ApiVersion {
  unsigned major = 1;
  unsigned minor = 47;
  auto operator<=>(const ApiVersion&) const = default;
};

inline constexpr std::string_view kApiVersionText = "1.47";
inline constexpr std::string_view kApiVersionMinText = "1.24";
inline constexpr ApiVersion kApiVersion{1, 47};
inline constexpr ApiVersion kApiVersionMin{1, 24};

// Of a request that check_version let through; without a prefix it is ours.
ApiVersion version_of(const Request& request);
// Refused (invalid): "client version 1.99 is too new. Maximum supported API version is 1.47", "... too old ...".
Result<void> check_version(const Request& request);

// Drops what a client of that version did not know, so that a field of the same name meant nothing.
void drop_newer_fields(ServiceSpec& spec, ApiVersion version);

}  // namespace skein
