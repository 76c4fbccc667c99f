// system_time: the wall clock, for the times in container records (reality is a hand's own; nothing is decided by it).
#pragma once
#include <chrono>

#include "events/base/clock.h"

namespace skein {

inline WallTime system_time() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()};
}

}  // namespace skein
