#include "netmesh/subnet_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "netmesh/names.h"

namespace skein::mesh {
namespace {

// "10.1.2.3/24" -> 10.1.2.0/24; host addresses (/31, /32) count as themselves.
std::optional<Subnet> network_of(const std::string& cidr) {
  const auto slash = cidr.find('/');
  const auto address = Ipv4::parse(cidr.substr(0, slash));
  if (!address || slash == std::string::npos) return std::nullopt;
  return Subnet::around(*address, static_cast<unsigned>(std::stoul(cidr.substr(slash + 1))));
}

}  // namespace

std::vector<std::string> default_bridge_pool() {
  std::vector<std::string> pool;
  for (int second = 18; second <= 31; ++second) pool.push_back(fmt::format("172.{}.0.0/16", second));
  for (int third = 0; third < 256; third += 16) pool.push_back(fmt::format("192.168.{}.0/20", third));
  return pool;
}

Result<Subnet> choose_subnet(const std::vector<std::string>& pool, const std::map<std::string, SeenLink>& links,
                             const std::vector<Route>& routes) {
  const auto bridge = links.find(kBridgeLink);
  if (bridge != links.end() && bridge->second.addresses.size() == 1) {
    const auto ours = network_of(*bridge->second.addresses.begin());
    if (ours && ours->prefix >= 8 && ours->prefix <= 30) return *ours;
  }
  std::vector<Subnet> used;
  for (const Route& route : routes) {
    if (!route.destination.none()) used.push_back(route.destination);
  }
  for (const auto& [name, link] : links) {
    for (const std::string& address : link.addresses) {
      if (const auto network = network_of(address)) used.push_back(*network);
    }
  }
  for (const std::string& text : pool) {
    const auto candidate = Subnet::parse(text);
    if (!candidate) return candidate.refusal();
    const auto meets = [&](const Subnet& other) { return candidate->overlaps(other); };
    if (std::none_of(used.begin(), used.end(), meets)) return *candidate;
  }
  return Refusal{Errc::exhausted, "could not find an available, non-overlapping IPv4 address pool for docker_gwbridge"};
}

}  // namespace skein::mesh
