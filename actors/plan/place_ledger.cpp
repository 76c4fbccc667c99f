#include "actors/plan/place_ledger.h"

#include <algorithm>
#include <utility>

#include "events/base/check.h"

namespace skein::plan {

Demand::Demand(const SpecVersion& spec) {
  const Resources& reserved = spec.spec().task().resources().reservations();
  nano_cpus = reserved.nano_cpus();
  memory_bytes = reserved.memory_bytes();
  for (const GenericResource& item : reserved.generic()) generic[item.kind()] += item.count();
  for (const PortConfig& port : spec.endpoint().ports()) {
    if (port.publish_mode() != PortConfig::HOST || port.published_port() == 0) continue;
    host_ports.push_back((static_cast<std::uint32_t>(port.protocol()) << 16) | port.published_port());
  }
}

void NodeLedger::describe(std::shared_ptr<const Node> node) {
  node_ = std::move(node);
  available_ =
      node_ && node_->status().state() == NodeStatus::READY && node_->spec().availability() == NodeSpec::ACTIVE;
  generic_.clear();
  total_cpus_ = node_ ? node_->description().resources().nano_cpus() : 0;
  total_memory_ = node_ ? node_->description().resources().memory_bytes() : 0;
  if (!node_) return;
  for (const GenericResource& item : node_->description().resources().generic()) {
    Generic& kind = generic_[item.kind()];
    if (item.name().empty()) {
      kind.count += item.count();
    } else {
      kind.names.insert(item.name());
    }
  }
}

std::int64_t NodeLedger::free_of(const std::string& kind) const {
  const auto has = generic_.find(kind);
  if (has == generic_.end()) return 0;
  const auto taken = taken_generic_.find(kind);
  if (has->second.names.empty()) return has->second.count - (taken == taken_generic_.end() ? 0 : taken->second.count);
  const auto is_free = [&](const std::string& name) {
    return taken == taken_generic_.end() || !taken->second.names.contains(name);
  };
  return std::count_if(has->second.names.begin(), has->second.names.end(), is_free);
}

bool NodeLedger::has_resources(const Demand& demand) const {
  if (demand.nano_cpus > 0 && demand.nano_cpus > total_cpus_ - taken_cpus_) return false;
  if (demand.memory_bytes > 0 && demand.memory_bytes > total_memory_ - taken_memory_) return false;
  return std::all_of(demand.generic.begin(), demand.generic.end(),
                     [this](const auto& want) { return want.second <= free_of(want.first); });
}

bool NodeLedger::has_ports_free(const Demand& demand) const {
  return std::none_of(demand.host_ports.begin(), demand.host_ports.end(),
                      [this](std::uint32_t port) { return taken_ports_.contains(port); });
}

GenericItems NodeLedger::choose(const Demand& demand) const {
  GenericItems items;
  for (const auto& [kind, count] : demand.generic) {
    if (count <= 0) continue;
    const Generic& has = generic_.at(kind);
    GenericResource item;
    item.set_kind(kind);
    item.set_count(has.names.empty() ? count : 1);
    if (has.names.empty()) {
      items.push_back(item);
      continue;
    }
    const auto taken = taken_generic_.find(kind);
    std::int64_t missing = count;
    for (auto name = has.names.begin(); name != has.names.end() && missing > 0; ++name) {
      if (taken != taken_generic_.end() && taken->second.names.contains(*name)) continue;
      item.set_name(*name);
      items.push_back(item);
      --missing;
    }
  }
  return items;
}

void NodeLedger::take(const Demand& demand, const GenericItems& items, bool active) {
  ++tasks_;
  if (active) ++active_tasks_;
  count(demand, items, 1);
  for (const std::uint32_t port : demand.host_ports) ++taken_ports_[port];
}

void NodeLedger::give_back(const Demand& demand, const GenericItems& items, bool active) {
  CHECK(tasks_ > 0 && (!active || active_tasks_ > 0), "a task gave back what it never took");
  --tasks_;
  if (active) --active_tasks_;
  count(demand, items, -1);
  for (const std::uint32_t port : demand.host_ports) {
    const auto taken = taken_ports_.find(port);
    CHECK(taken != taken_ports_.end());
    if (--taken->second == 0) taken_ports_.erase(taken);
  }
}

void NodeLedger::count(const Demand& demand, const GenericItems& items, int sign) {
  taken_cpus_ += sign * demand.nano_cpus;
  taken_memory_ += sign * demand.memory_bytes;
  for (const GenericResource& item : items) {
    Generic& taken = taken_generic_[item.kind()];
    if (item.name().empty()) {
      taken.count += sign * item.count();
    } else if (sign > 0) {
      taken.names.insert(item.name());
    } else {
      taken.names.erase(item.name());
    }
  }
}

}  // namespace skein::plan
