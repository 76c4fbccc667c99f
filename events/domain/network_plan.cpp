#include "events/domain/network_plan.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "events/domain/ip_prefix.h"

namespace skein::network {
namespace {

constexpr unsigned kOverlayLengthMax = 30;  // smaller ones leave no address beside the gateway

Refusal invalid(const std::string& what) { return {Errc::invalid, "ipam configuration: " + what}; }

bool overlaps_any(const IpPrefix& subnet, const std::vector<IpPrefix>& taken) {
  return std::any_of(taken.begin(), taken.end(), [&](const IpPrefix& other) { return subnet.overlaps(other); });
}

Result<void> check_inside(const IpPrefix& subnet, const IpamConfig& config) {
  if (!config.ip_range().empty()) {
    const auto range = IpPrefix::parse(config.ip_range());
    if (!range) return invalid("invalid range " + config.ip_range());
    if (!subnet.contains(*range))
      return invalid("subnet " + config.subnet() + " does not contain range " + config.ip_range());
  }
  if (!config.gateway().empty()) {
    const auto gateway = IpPrefix::parse_address(config.gateway());
    if (!gateway) return invalid("invalid gateway " + config.gateway());
    if (!subnet.contains(*gateway))
      return invalid("subnet " + config.subnet() + " does not contain gateway " + config.gateway());
  }
  for (const Label& aux : config.aux_addresses()) {
    const auto address = IpPrefix::parse_address(aux.value());
    if (!address || !subnet.contains(*address)) return invalid("invalid auxiliary address " + aux.value());
  }
  return {};
}

// The subnet that `config` names, checked by itself and against `taken`.
Result<IpPrefix> given_subnet(const IpamConfig& config, const std::vector<IpPrefix>& taken) {
  const auto subnet = IpPrefix::parse(config.subnet());
  if (!subnet) return invalid("invalid subnet " + config.subnet());
  if (auto inside = check_inside(*subnet, config); !inside) return inside.refusal();
  if (subnet->is_v4() && subnet->length() > kOverlayLengthMax)
    return invalid("subnet " + config.subnet() + " is too small");
  if (overlaps_any(*subnet, taken))
    return Refusal{Errc::forbidden, "invalid pool request: Pool overlaps with other one on this address space"};
  return subnet->network();
}

// The lowest free subnet: one walk over what is taken, in order, stepping past each.
std::optional<IpPrefix> lowest_free(const IpPrefix& pool, unsigned length, std::vector<IpPrefix> taken) {
  std::sort(taken.begin(), taken.end(), [](const IpPrefix& a, const IpPrefix& b) { return a.network() < b.network(); });
  std::uint64_t n = 0;
  auto candidate = pool.subnet(length, n);
  for (const IpPrefix& used : taken) {
    // In address order: a candidate that lies before `used` lies before all that follow as well, and stays.
    while (candidate && candidate->overlaps(used)) candidate = pool.subnet(length, ++n);
  }
  return candidate;
}

Result<IpPrefix> pool_subnet(const NetworkFacts& facts, const std::vector<IpPrefix>& taken) {
  for (const std::string& text : facts.default_pool) {
    const auto pool = IpPrefix::parse(text);
    if (!pool) continue;  // refused when the cluster was founded
    if (const auto free = lowest_free(*pool, facts.subnet_size, taken)) return *free;
  }
  return Refusal{Errc::exhausted,
                 "could not find an available, non-overlapping IPv4 address pool among the defaults "
                 "to assign to the network"};
}

std::vector<IpPrefix> parsed(const std::vector<std::string>& subnets) {
  std::vector<IpPrefix> result;
  for (const std::string& text : subnets)
    if (const auto prefix = IpPrefix::parse(text)) result.push_back(*prefix);
  return result;
}

Result<IpamConfig> plan_one(IpamConfig config, const NetworkFacts& facts, std::vector<IpPrefix>& taken) {
  const auto subnet = config.subnet().empty() ? pool_subnet(facts, taken) : given_subnet(config, taken);
  if (!subnet) return subnet.refusal();
  config.set_subnet(subnet->text());
  if (auto inside = check_inside(*subnet, config); !inside) return inside.refusal();
  if (config.gateway().empty()) config.set_gateway(subnet->address(1).address_text());
  taken.push_back(*subnet);
  return config;
}

bool has_v4(const NetworkSpec& spec) {
  return std::any_of(spec.ipam().begin(), spec.ipam().end(), [](const IpamConfig& config) {
    const auto subnet = IpPrefix::parse(config.subnet());
    return config.subnet().empty() || !subnet || subnet->is_v4();
  });
}

// "4097,4098": one id serves all subnets here, so the first counts; all must be numbers in range.
Result<std::uint32_t> wished_vni(std::string_view list) {
  std::uint32_t first = 0;
  while (!list.empty()) {
    const std::string_view word = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), word.size() + 1));
    std::uint32_t id = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
    if (error != std::errc{} || end != word.data() + word.size() || id == 0 || id > kVniMax)
      return Refusal{Errc::invalid, "invalid vxlan id value \"" + std::string{word} + "\" passed"};
    if (first == 0) first = id;
  }
  return first;
}

}  // namespace

Result<std::vector<IpamConfig>> plan_subnets(const NetworkSpec& spec, const NetworkFacts& facts) {
  std::vector<IpamConfig> planned;
  if (spec.driver() != kOverlay) return std::vector<IpamConfig>(spec.ipam().begin(), spec.ipam().end());
  std::vector<IpPrefix> taken = parsed(facts.used_subnets);
  std::vector<IpamConfig> wished(spec.ipam().begin(), spec.ipam().end());
  if (!has_v4(spec)) wished.insert(wished.begin(), IpamConfig{});
  for (IpamConfig& config : wished) {
    auto one = plan_one(std::move(config), facts, taken);
    if (!one) return one.refusal();
    planned.push_back(*std::move(one));
  }
  return planned;
}

Result<std::uint32_t> plan_vni(const NetworkSpec& spec, const NetworkFacts& facts) {
  if (spec.driver() != kOverlay) return std::uint32_t{0};
  std::vector<std::uint32_t> used = facts.used_vnis;
  std::sort(used.begin(), used.end());
  for (const Label& option : spec.driver_options()) {
    if (option.key() != kVniOption || option.value().empty()) continue;
    const auto wished = wished_vni(option.value());
    if (!wished) return wished.refusal();
    if (std::binary_search(used.begin(), used.end(), *wished))
      return Refusal{Errc::forbidden, "vxlan id " + std::to_string(*wished) + " is in use by another network"};
    return *wished;
  }
  std::uint32_t free = kVniMin;
  for (const std::uint32_t id : used) free += id == free ? 1 : 0;
  if (free > kVniMax) return Refusal{Errc::exhausted, "no vxlan id is left"};
  return free;
}

}  // namespace skein::network
