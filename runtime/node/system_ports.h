// The real clock and the real chance. The only places where this process reads either.
//
// SystemClock: CLOCK_REALTIME. SystemRng: getrandom(2), good for ids, salts and secrets. Threads: any at once.
#pragma once
#include <memory>

#include "events/base/clock.h"
#include "events/base/rng.h"

namespace skein {

class SystemClock final : public Clock {
 public:
  WallTime now() const override;
};

class SystemRng final : public Rng {
 public:
  std::uint64_t next() override;
};

}  // namespace skein
