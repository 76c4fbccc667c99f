#include "events/base/rng.h"

#include <cstring>

#include "events/base/check.h"

namespace skein {

std::uint64_t Rng::below(std::uint64_t bound) {
  CHECK(bound > 0);
  const std::uint64_t unfair = (0 - bound) % bound;  // values below this would favour small results
  for (;;) {
    const std::uint64_t draw = next();
    if (draw >= unfair) return draw % bound;
  }
}

void Rng::fill(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const std::uint64_t draw = next();
    const std::size_t n = bytes.size() < sizeof draw ? bytes.size() : sizeof draw;
    std::memcpy(bytes.data(), &draw, n);
    bytes = bytes.subspan(n);
  }
}

std::uint64_t SeededRng::next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace skein
