// Rng: the one source of chance. Handed in, so that a simulation with one seed always runs the same way.
// Not thread-safe; each owner has its own. Production uses SystemRng (getrandom), tests SeededRng.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace skein {

class Rng {
 public:
  virtual ~Rng() = default;
  virtual std::uint64_t next() = 0;          // 64 uniform bits
  std::uint64_t below(std::uint64_t bound);  // uniform in [0, bound); REQUIRES bound > 0
  void fill(std::span<std::byte> bytes);
};

// splitmix64: small, seedable, good enough for simulation and jitter. Never for keys.
class SeededRng final : public Rng {
 public:
  explicit SeededRng(std::uint64_t seed) : state_{seed} {}
  std::uint64_t next() override;

 private:
  std::uint64_t state_;
};

}  // namespace skein
