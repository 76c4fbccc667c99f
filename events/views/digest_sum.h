// DigestSum: a digest of a multiset of objects that can be kept up to date as single objects come, change and go.
//
// Each object's serialisation is hashed on its own (XXH3-128, two lanes with different seeds; the kind of object goes
// into the seed) and the hashes are added modulo 2^128 a lane. Order does not matter, so nobody has to sort.
// Is not: proof against malice. It tells managers whose states have diverged by accident; that nobody rewrote history
// is what the record chain (SHA-256) shows.
//
// Kind numbers are part of the digest and therefore append-only.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace google::protobuf {
class MessageLite;
}

namespace skein {

enum class DigestKind : unsigned char {
  cluster = 1,
  node = 2,
  service = 3,
  task = 4,
  network = 5,
  secret = 6,
  config = 7,
  spec = 8,
  command = 9,
};

class DigestSum {
 public:
  static DigestSum of(DigestKind kind, std::string_view bytes);
  static DigestSum of(DigestKind kind, const google::protobuf::MessageLite& message);

  DigestSum& operator+=(const DigestSum& other);
  DigestSum& operator-=(const DigestSum& other);
  bool operator==(const DigestSum&) const = default;

  std::string bytes() const;  // 32 bytes, big endian

 private:
  struct Lane {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    bool operator==(const Lane&) const = default;
  };
  std::array<Lane, 2> lanes_;
};

}  // namespace skein
