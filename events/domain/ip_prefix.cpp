#include "events/domain/ip_prefix.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "events/base/check.h"

namespace skein {
namespace {

constexpr unsigned kV4Bits = 32;
constexpr unsigned kV6Bits = 128;

bool bits_equal(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b, unsigned count) {
  const std::size_t whole = count / 8;
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
  const unsigned rest = count % 8;
  return rest == 0 || (a[whole] >> (8 - rest)) == (b[whole] >> (8 - rest));
}

// Adds `value * 2^shift` to the first `width` bits, taken as one number. False if it does not fit.
bool add_shifted(std::array<std::uint8_t, 16>& bytes, unsigned width, std::uint64_t value, unsigned shift) {
  for (unsigned bit = 0; bit < 64; ++bit) {
    if (((value >> bit) & 1U) == 0) continue;
    const unsigned place = shift + bit;  // counted from the least significant bit
    if (place >= width) return false;
    unsigned carry = 1U << (place % 8);
    for (unsigned at = width / 8 - place / 8; carry != 0; --at) {
      if (at == 0) return false;
      const unsigned sum = bytes[at - 1] + carry;
      bytes[at - 1] = static_cast<std::uint8_t>(sum);
      carry = sum >> 8;
    }
  }
  return true;
}

}  // namespace

std::optional<IpPrefix> IpPrefix::parse_address(std::string_view address) {
  const std::string text{address};
  IpPrefix prefix;
  if (inet_pton(AF_INET, text.c_str(), prefix.bytes_.data()) == 1) {
    prefix.length_ = kV4Bits;
    return prefix;
  }
  if (inet_pton(AF_INET6, text.c_str(), prefix.bytes_.data()) != 1) return std::nullopt;
  prefix.width_ = prefix.length_ = kV6Bits;
  return prefix;
}

std::optional<IpPrefix> IpPrefix::parse(std::string_view cidr) {
  const std::size_t slash = cidr.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  std::optional<IpPrefix> prefix = parse_address(cidr.substr(0, slash));
  if (!prefix) return std::nullopt;
  const std::string_view digits = cidr.substr(slash + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix->length_);
  if (error != std::errc{} || end != digits.data() + digits.size() || prefix->length_ > prefix->width_)
    return std::nullopt;
  return prefix;
}

IpPrefix IpPrefix::network() const {
  IpPrefix cleared = *this;
  for (unsigned bit = length_; bit < width_; ++bit)
    cleared.bytes_[bit / 8] = static_cast<std::uint8_t>(cleared.bytes_[bit / 8] & ~(0x80U >> (bit % 8)));
  return cleared;
}

IpPrefix IpPrefix::address(std::uint64_t offset) const {
  IpPrefix result = network();
  CHECK(add_shifted(result.bytes_, width_, offset, 0), "address past the end of its family");
  CHECK(bits_equal(result.bytes_, bytes_, length_), "address outside of its prefix");
  result.length_ = width_;
  return result;
}

std::optional<IpPrefix> IpPrefix::subnet(unsigned length, std::uint64_t n) const {
  if (length < length_ || length > width_) return std::nullopt;
  IpPrefix result = network();
  if (!add_shifted(result.bytes_, width_, n, width_ - length)) return std::nullopt;
  if (!bits_equal(result.bytes_, bytes_, length_)) return std::nullopt;
  result.length_ = length;
  return result;
}

bool IpPrefix::contains(const IpPrefix& other) const {
  return width_ == other.width_ && length_ <= other.length_ && bits_equal(bytes_, other.bytes_, length_);
}

std::string IpPrefix::address_text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const char* done = inet_ntop(is_v4() ? AF_INET : AF_INET6, bytes_.data(), text.data(), text.size());
  CHECK(done != nullptr);
  return text.data();
}

std::string IpPrefix::text() const { return address_text() + "/" + std::to_string(length_); }

}  // namespace skein
