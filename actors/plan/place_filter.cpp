#include "actors/plan/place_filter.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

namespace skein::plan {
namespace {

constexpr std::array<std::string_view, kFilters> kReasons = {
    "",  // "n nodes not available for new tasks" is built the other way round
    "insufficient resources",
    "missing plugin",
    "scheduling constraints not satisfied",
    "unsupported platform",
    "host-mode port already in use",
    "max replicas per node limit exceed",  // Docker's own spelling, and without a count
};

std::string reason(Filter filter, std::size_t nodes) {
  const std::string_view noun = nodes == 1 ? "node" : "nodes";
  const std::string_view text = kReasons[static_cast<std::size_t>(filter)];
  if (filter == Filter::ready) return fmt::format("{} {} not available for new tasks", nodes, noun);
  if (filter == Filter::replicas) return std::string{text};
  return fmt::format("{} on {} {}", text, nodes, noun);
}

std::string_view normal_arch(std::string_view arch) {
  if (arch == "x86_64") return "amd64";
  if (arch == "aarch64") return "arm64";
  return arch;
}

bool covers(const Platform& wanted, const Platform& actual) {
  const auto arch = normal_arch(wanted.architecture());
  return (arch.empty() || arch == normal_arch(actual.architecture())) &&
         (wanted.os().empty() || wanted.os() == actual.os());
}

Plugin plugin(const char* type, const std::string& name) {
  Plugin out;
  out.set_type(type);
  out.set_name(name);
  return out;
}

std::vector<Plugin> plugins_for(const TaskSpec& task, const std::vector<std::string>& network_drivers) {
  std::vector<Plugin> out;
  for (const Mount& mount : task.container().mounts()) {
    const std::string& driver = mount.volume_driver();
    if (mount.type() == Mount::VOLUME && !driver.empty() && driver != "local") out.push_back(plugin("Volume", driver));
  }
  for (const std::string& driver : network_drivers) {
    if (!driver.empty() && driver != "overlay") out.push_back(plugin("Network", driver));
  }
  return out;
}

bool has(const Node& node, const Plugin& wanted) {
  const auto& plugins = node.description().plugins();
  return std::any_of(plugins.begin(), plugins.end(),
                     [&](const Plugin& p) { return p.type() == wanted.type() && p.name() == wanted.name(); });
}

bool reports_log_plugins(const Node& node) {
  const auto& plugins = node.description().plugins();
  return std::any_of(plugins.begin(), plugins.end(), [](const Plugin& p) { return p.type() == "Log"; });
}

}  // namespace

std::string explain(const FilterCounts& counts) {
  std::array<std::size_t, kFilters> order{};
  for (std::size_t i = 0; i < kFilters; ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return counts[a] > counts[b]; });
  std::string out;
  for (const std::size_t i : order) {
    if (counts[i] == 0) continue;
    if (!out.empty()) out += "; ";
    out += reason(static_cast<Filter>(i), counts[i]);
  }
  return out;
}

Filters::Filters(const SpecVersion& spec, const std::vector<std::string>& network_drivers)
    : demand_{spec},
      plugins_{plugins_for(spec.spec().task(), network_drivers)},
      log_driver_{spec.spec().task().log_driver().name() == "none" ? "" : spec.spec().task().log_driver().name()},
      constraints_{spec.spec().task().placement()},
      platforms_{spec.spec().task().placement().platforms().begin(), spec.spec().task().placement().platforms().end()},
      max_replicas_{spec.spec().task().placement().max_replicas()} {}

bool Filters::has_plugins(const Node& node) const {
  if (!std::all_of(plugins_.begin(), plugins_.end(), [&](const Plugin& p) { return has(node, p); })) return false;
  return log_driver_.empty() || has(node, plugin("Log", log_driver_)) || !reports_log_plugins(node);
}

bool Filters::is_platform(const Node& node) const {
  return platforms_.empty() || std::any_of(platforms_.begin(), platforms_.end(),
                                           [&](const Platform& p) { return covers(p, node.description().platform()); });
}

bool Filters::below_limit(std::uint32_t service_tasks) const {
  return max_replicas_ == 0 || service_tasks < max_replicas_;
}

std::optional<Filter> Filters::first_failure(const NodeLedger& node, std::uint32_t service_tasks) const {
  if (!node.is_available()) return Filter::ready;
  if (!node.has_resources(demand_)) return Filter::resource;
  if (!has_plugins(*node.node())) return Filter::plugin;
  if (!constraints_.satisfied_by(*node.node())) return Filter::constraint;
  if (!is_platform(*node.node())) return Filter::platform;
  if (!node.has_ports_free(demand_)) return Filter::host_port;
  if (!below_limit(service_tasks)) return Filter::replicas;
  return std::nullopt;
}

bool Filters::suits(const Node& node) const {
  return has_plugins(node) && constraints_.satisfied_by(node) && is_platform(node);
}

bool Filters::has_room(const NodeLedger& node, std::uint32_t service_tasks) const {
  return node.has_resources(demand_) && node.has_ports_free(demand_) && below_limit(service_tasks);
}

}  // namespace skein::plan
