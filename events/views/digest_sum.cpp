#include "events/views/digest_sum.h"

#include <google/protobuf/message_lite.h>
#include <xxhash.h>

#include "events/base/check.h"

namespace skein {
namespace {

// Any two distinct constants do; changing them changes every state digest.
constexpr std::array<std::uint64_t, 2> kLaneSeeds = {0x9E3779B97F4A7C15ULL, 0xC2B2AE3D27D4EB4FULL};

void append_big_endian(std::string& out, std::uint64_t word) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>((word >> shift) & 0xFF));
}

}  // namespace

DigestSum DigestSum::of(DigestKind kind, std::string_view bytes) {
  DigestSum sum;
  for (std::size_t i = 0; i < kLaneSeeds.size(); ++i) {
    const auto seed = kLaneSeeds[i] + static_cast<std::uint64_t>(kind);
    const XXH128_hash_t hash = XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed);
    sum.lanes_[i] = Lane{hash.high64, hash.low64};
  }
  return sum;
}

DigestSum DigestSum::of(DigestKind kind, const google::protobuf::MessageLite& message) {
  std::string bytes;
  CHECK(message.SerializeToString(&bytes));
  return of(kind, bytes);
}

DigestSum& DigestSum::operator+=(const DigestSum& other) {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    lanes_[i].low += other.lanes_[i].low;
    const std::uint64_t carry = lanes_[i].low < other.lanes_[i].low ? 1 : 0;
    lanes_[i].high += other.lanes_[i].high + carry;
  }
  return *this;
}

DigestSum& DigestSum::operator-=(const DigestSum& other) {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    const std::uint64_t borrow = lanes_[i].low < other.lanes_[i].low ? 1 : 0;
    lanes_[i].low -= other.lanes_[i].low;
    lanes_[i].high -= other.lanes_[i].high + borrow;
  }
  return *this;
}

std::string DigestSum::bytes() const {
  std::string out;
  out.reserve(32);
  for (const Lane& lane : lanes_) {
    append_big_endian(out, lane.high);
    append_big_endian(out, lane.low);
  }
  return out;
}

}  // namespace skein
