#include "actors/plan/port_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace skein::plan {
namespace {

Refusal conflict(const PortConfig& port, const std::string& id, const std::string& name, bool ingress) {
  return {Errc::invalid, fmt::format("port '{}' is already in use by service '{}' ({}) as {}", port.published_port(),
                                     name, id, ingress ? "an ingress port" : "a host-published port")};
}

bool same_wish(const PortConfig& a, const PortConfig& b) {
  return a.protocol() == b.protocol() && a.target_port() == b.target_port() && a.publish_mode() == b.publish_mode() &&
         a.name() == b.name();
}

}  // namespace

Result<void> PortTable::check_free(const std::string& service_id, const PortConfig& port) const {
  const Key key{port.protocol(), port.published_port()};
  if (const auto it = ingress_.find(key); it != ingress_.end() && it->second.id != service_id)
    return conflict(port, it->second.id, it->second.name, true);
  if (port.publish_mode() == PortConfig::HOST) return {};
  if (const auto it = host_.find(key); it != host_.end())
    for (const auto& [id, name] : it->second)
      if (id != service_id) return conflict(port, id, name, false);
  return {};
}

bool PortTable::taken(const Key& key, const std::string& but_by) const {
  if (const auto it = ingress_.find(key); it != ingress_.end() && it->second.id != but_by) return true;
  const auto it = host_.find(key);
  return it != host_.end() &&
         std::any_of(it->second.begin(), it->second.end(), [&](const auto& holder) { return holder.first != but_by; });
}

std::uint32_t PortTable::pick(const std::string& service_id, const PortConfig& port, const Endpoint& current,
                              const std::set<Key>& also_taken) const {
  const auto free = [&](std::uint32_t number) {
    const Key key{port.protocol(), number};
    return !also_taken.contains(key) && !taken(key, service_id);
  };
  for (const PortConfig& held : current.ports())
    if (same_wish(held, port) && held.published_port() != 0 && free(held.published_port()))
      return held.published_port();
  for (std::uint32_t number = kDynamicPortFirst; number <= kDynamicPortLast; ++number)
    if (free(number)) return number;
  return 0;
}

Result<Endpoint> PortTable::resolve(const std::string& service_id, const EndpointSpec& spec,
                                    const Endpoint& current) const {
  Endpoint endpoint;
  *endpoint.mutable_spec() = spec;
  *endpoint.mutable_virtual_ips() = current.virtual_ips();
  std::set<Key> own;
  for (const PortConfig& wish : spec.ports())
    if (wish.published_port() != 0) own.insert({wish.protocol(), wish.published_port()});
  for (const PortConfig& wish : spec.ports()) {
    PortConfig& port = *endpoint.add_ports();
    port = wish;
    if (wish.published_port() != 0) {
      if (Result<void> free = check_free(service_id, wish); !free) return free.refusal();
    } else if (wish.publish_mode() == PortConfig::INGRESS) {
      port.set_published_port(pick(service_id, wish, current, own));
      if (port.published_port() == 0)
        return Refusal{Errc::exhausted, "no published port left in 30000-32767; name one, or remove a service"};
      own.insert({port.protocol(), port.published_port()});
    }
  }
  return endpoint;
}

void PortTable::hold(const std::string& service_id, const std::string& service_name, const Endpoint& endpoint) {
  release(service_id);
  for (const PortConfig& port : endpoint.ports()) {
    if (port.published_port() == 0) continue;
    const Key key{port.protocol(), port.published_port()};
    if (port.publish_mode() == PortConfig::INGRESS) {
      ingress_[key] = {service_id, service_name};
    } else {
      host_[key][service_id] = service_name;
    }
  }
  held_[service_id] = endpoint;
}

void PortTable::release(const std::string& service_id) {
  const auto it = held_.find(service_id);
  if (it == held_.end()) return;
  for (const PortConfig& port : it->second.ports()) {
    const Key key{port.protocol(), port.published_port()};
    if (const auto holder = ingress_.find(key); holder != ingress_.end() && holder->second.id == service_id)
      ingress_.erase(holder);
    if (const auto hosts = host_.find(key); hosts != host_.end()) {
      hosts->second.erase(service_id);
      if (hosts->second.empty()) host_.erase(hosts);
    }
  }
  held_.erase(it);
}

}  // namespace skein::plan
