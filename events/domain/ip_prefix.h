// An IPv4 or IPv6 prefix ("10.0.0.0/8") as a value: parse, compare, cut into smaller ones. A single address is a prefix
// of full length. Host bits are kept as given by parse (network() drops them). Pure: any thread.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skein {

class IpPrefix {
 public:
  static std::optional<IpPrefix> parse(std::string_view cidr);             // needs the /length
  static std::optional<IpPrefix> parse_address(std::string_view address);  // no /length; full length

  bool is_v4() const { return width_ == 32; }
  unsigned length() const { return length_; }
  IpPrefix network() const;                      // host bits cleared
  IpPrefix address(std::uint64_t offset) const;  // network + offset, full length. REQUIRES it fits
  // The `n`th prefix of `length` inside this one; nullopt when there is none.
  std::optional<IpPrefix> subnet(unsigned length, std::uint64_t n) const;
  bool contains(const IpPrefix& other) const;  // same family, every address of `other` is inside
  bool overlaps(const IpPrefix& other) const { return contains(other) || other.contains(*this); }
  std::string address_text() const;  // "10.0.0.1"
  std::string text() const;          // "10.0.0.1/24"
  auto operator<=>(const IpPrefix&) const = default;
  bool operator==(const IpPrefix&) const = default;

 private:
  unsigned width_ = 32;                   // bits of an address
  std::array<std::uint8_t, 16> bytes_{};  // network order; IPv4 in the first four
  unsigned length_ = 0;
};

}  // namespace skein
