#include "netmesh/ipv4.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>

namespace skein::mesh {

Result<Ipv4> Ipv4::parse(std::string_view text) {
  in_addr parsed{};
  if (inet_pton(AF_INET, std::string{text}.c_str(), &parsed) != 1) {
    return Refusal{Errc::invalid, fmt::format("invalid IPv4 address: {}", text)};
  }
  return Ipv4{ntohl(parsed.s_addr)};
}

std::string Ipv4::text() const {
  return fmt::format("{}.{}.{}.{}", value >> 24U, (value >> 16U) & 255U, (value >> 8U) & 255U, value & 255U);
}

Result<Subnet> Subnet::parse(std::string_view text) {
  const Refusal bad{Errc::invalid, fmt::format("invalid CIDR address: {}", text)};
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return bad;
  const auto base = Ipv4::parse(text.substr(0, slash));
  unsigned prefix = 0;
  const auto digits = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  if (!base || error != std::errc{} || end != digits.data() + digits.size() || prefix < 8 || prefix > 30) return bad;
  const Subnet subnet = around(*base, prefix);
  if (subnet.base != *base) return bad;
  return subnet;
}

Subnet Subnet::around(Ipv4 address, unsigned prefix) {
  Subnet subnet{{}, prefix};
  subnet.base.value = address.value & subnet.mask();
  return subnet;
}

bool Subnet::overlaps(const Subnet& other) const { return contains(other.base) || other.contains(base); }

std::string Subnet::text() const { return with(base); }

std::string Subnet::with(Ipv4 address) const { return fmt::format("{}/{}", address.text(), prefix); }

}  // namespace skein::mesh
