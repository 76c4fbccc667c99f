#include "runtime/node/system_ports.h"

#include <sys/random.h>

#include <ctime>

#include "events/base/check.h"

namespace skein {

WallTime SystemClock::now() const {
  std::timespec time{};
  clock_gettime(CLOCK_REALTIME, &time);
  return {static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec};
}

std::uint64_t SystemRng::next() {
  std::uint64_t bits = 0;
  CHECK(getrandom(&bits, sizeof bits, 0) == sizeof bits, "the kernel gives no random bytes");
  return bits;
}

}  // namespace skein
