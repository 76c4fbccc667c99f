// IPv4 addresses and subnets as values: parsing, printing and the arithmetic of handing addresses out.
//
// Not a socket address and no IPv6: Docker's ingress path is IPv4 only (swarm-features 17). Values are in host order
// and total-ordered by number, so "lowest free" means what it says. Pure; errors are refusals (Errc::invalid).
#pragma once
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "events/base/result.h"

namespace skein::mesh {

struct Ipv4 {
  std::uint32_t value = 0;  // host order; 0 means "none"

  static Result<Ipv4> parse(std::string_view text);
  bool none() const { return value == 0; }
  std::string text() const;
  auto operator<=>(const Ipv4&) const = default;
};

// Invariant after parse(): no bit of `base` below the prefix is set, and 8 <= prefix <= 30.
struct Subnet {
  Ipv4 base;
  unsigned prefix = 0;  // 0: no subnet chosen

  static Result<Subnet> parse(std::string_view text);   // "172.18.0.0/16"
  static Subnet around(Ipv4 address, unsigned prefix);  // the subnet an address lies in
  bool none() const { return prefix == 0; }
  Ipv4 gateway() const { return {base.value + 1}; }  // Docker: the first address
  Ipv4 broadcast() const { return {base.value | ~mask()}; }
  bool contains(Ipv4 address) const { return !none() && (address.value & mask()) == base.value; }
  bool overlaps(const Subnet& other) const;
  std::string text() const;              // "172.18.0.0/16"
  std::string with(Ipv4 address) const;  // "172.18.0.2/16"
  auto operator<=>(const Subnet&) const = default;

 private:
  std::uint32_t mask() const { return prefix == 0 ? 0U : ~0U << (32U - prefix); }
};

}  // namespace skein::mesh
