// Clock: wall time, handed in. Used to stamp records and commands; never read by evolve, planners or machines, which
// get times as arguments. Durations inside actors come from the actor system's own clock (virtual in tests).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "events/base/result.h"

namespace skein {

// Nanoseconds since the Unix epoch, UTC.
struct WallTime {
  std::int64_t ns = 0;
  auto operator<=>(const WallTime&) const = default;
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime now() const = 0;  // any thread
};

// "2026-01-02T03:04:05.123456789Z"; always nine digits of fraction.
std::string rfc3339(WallTime time);
// Accepts RFC 3339 with or without a fraction, with Z or an offset.
Result<WallTime> parse_rfc3339(std::string_view text);

}  // namespace skein
