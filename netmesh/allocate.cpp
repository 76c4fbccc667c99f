#include "netmesh/allocate.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

namespace skein::mesh {
namespace {

bool is_port(std::uint32_t number) { return number >= 1 && number <= 65535; }

PortKey key_of(const PortConfig& port) { return {port.protocol(), static_cast<std::uint16_t>(port.published_port())}; }

bool is_host(const PortConfig& port) { return port.publish_mode() == PortConfig::HOST; }

class Allocating {
 public:
  Allocating(const WantedTasks& wanted, const Subnet& subnet, const Seen& seen)
      : wanted_{wanted}, subnet_{subnet}, seen_{seen}, next_address_{subnet.base.value + 2} {
    result_.memory.subnet = subnet;
  }

  Allocated run() {
    for (const auto& [task, sandbox] : wanted_) result_.memory.allocations[task];
    claim_addresses();
    claim_ports();
    return std::move(result_);
  }

 private:
  const Allocation* remembered(const TaskId& task) const {
    const auto found = seen_.memory.allocations.find(task);
    return found == seen_.memory.allocations.end() ? nullptr : &found->second;
  }

  void claim_addresses() {
    for (const auto& [task, allocation] : seen_.memory.allocations) taken_.insert(allocation.address);
    for (const auto& [task, sandbox] : wanted_) {
      if (sandbox->egress) keep_address(task);
    }
    for (const auto& [task, sandbox] : wanted_) {
      Ipv4& address = result_.memory.allocations[task].address;
      if (sandbox->egress && address.none()) address = lowest_free(task);
    }
  }

  void keep_address(const TaskId& task) {
    const Allocation* old = remembered(task);
    Ipv4& address = result_.memory.allocations[task].address;
    if (old != nullptr && is_usable(old->address)) {
      address = old->address;
    } else if (const Ipv4 shown = shown_by_kernel(task); is_usable(shown) && taken_.insert(shown).second) {
      address = shown;
    }
  }

  bool is_usable(Ipv4 address) const {
    return subnet_.contains(address) && address > subnet_.gateway() && address < subnet_.broadcast();
  }

  Ipv4 shown_by_kernel(const TaskId& task) const {
    const auto sandbox = seen_.sandboxes.find(task);
    if (sandbox == seen_.sandboxes.end() || sandbox->second.leg.addresses.size() != 1) return {};
    const std::string& cidr = *sandbox->second.leg.addresses.begin();
    const auto address = Ipv4::parse(cidr.substr(0, cidr.find('/')));
    return address ? *address : Ipv4{};
  }

  Ipv4 lowest_free(const TaskId& task) {
    while (next_address_ < subnet_.broadcast().value) {
      const Ipv4 candidate{next_address_++};
      if (taken_.insert(candidate).second) return candidate;
    }
    result_.problems.push_back(
        fmt::format("task {}: no available IPv4 addresses on this network's address pools: docker_gwbridge ({})",
                    task.str(), subnet_.text()));
    return {};
  }

  void claim_ports() {
    for (const auto& [task, sandbox] : wanted_) {
      for (const PortConfig& port : sandbox->ports) {
        if (!is_host(port) && is_port(port.published_port())) claimed_.insert(key_of(port));
      }
    }
    for (const auto& [task, sandbox] : wanted_) keep_ports(task, *sandbox);
    for (const auto& [task, sandbox] : wanted_) add_ports(task, *sandbox);
  }

  // Of the remembered grants those that still answer to a wanted port.
  void keep_ports(const TaskId& task, const WantedSandbox& sandbox) {
    const Allocation* old = remembered(task);
    if (old == nullptr) return;
    for (const PortConfig& port : granted_ports(sandbox, *old)) {
      if (claimed_.insert(key_of(port)).second) grant(task, key_of(port), port);
    }
  }

  void add_ports(const TaskId& task, const WantedSandbox& sandbox) {
    const auto have = granted_ports(sandbox, result_.memory.allocations[task]);
    std::size_t next_have = 0;
    for (const PortConfig& port : sandbox.ports) {
      if (!is_host(port) || !is_port(port.target_port()) || port.published_port() > 65535) continue;
      if (next_have < have.size() && answers(have[next_have], port)) {
        ++next_have;
        continue;
      }
      add_port(task, port);
    }
    auto& ports = result_.memory.allocations[task].host_ports;
    std::sort(ports.begin(), ports.end());
  }

  static bool answers(const PortConfig& granted, const PortConfig& wanted) {
    return granted.protocol() == wanted.protocol() && granted.target_port() == wanted.target_port() &&
           (wanted.published_port() == 0 || wanted.published_port() == granted.published_port());
  }

  void add_port(const TaskId& task, const PortConfig& port) {
    const auto key = port.published_port() == 0 ? free_port(port.protocol()) : claim(key_of(port));
    if (key) return grant(task, *key, port);
    const std::string why =
        port.published_port() == 0
            ? "all ports are allocated"
            : fmt::format("Bind for 0.0.0.0:{} failed: port is already allocated", port.published_port());
    result_.problems.push_back(fmt::format("task {}: {}", task.str(), why));
  }

  std::optional<PortKey> claim(const PortKey& key) {
    if (!claimed_.insert(key).second) return std::nullopt;
    return key;
  }

  std::optional<PortKey> free_port(PortConfig::Protocol protocol) {
    for (std::uint32_t number = seen_.first_ephemeral; number <= seen_.last_ephemeral; ++number) {
      const PortKey key{protocol, static_cast<std::uint16_t>(number)};
      if (!seen_.listening.contains(key) && claimed_.insert(key).second) return key;
    }
    return std::nullopt;
  }

  void grant(const TaskId& task, const PortKey& key, const PortConfig& port) {
    result_.memory.allocations[task].host_ports.push_back({key, static_cast<std::uint16_t>(port.target_port())});
  }

  const WantedTasks& wanted_;
  const Subnet& subnet_;
  const Seen& seen_;
  std::uint32_t next_address_;
  std::set<Ipv4> taken_;
  std::set<PortKey> claimed_;
  Allocated result_;
};

// Takes a matching grant out of `grants`: a fixed port by its number, a free one by its target.
std::optional<HostPort> take_grant(std::vector<HostPort>& grants, const PortConfig& port) {
  const auto fits = [&](const HostPort& grant) {
    return grant.published.protocol == port.protocol() && grant.target == port.target_port() &&
           (port.published_port() == 0 || grant.published.number == port.published_port());
  };
  const auto found = std::find_if(grants.begin(), grants.end(), fits);
  if (found == grants.end()) return std::nullopt;
  const HostPort grant = *found;
  grants.erase(found);
  return grant;
}

void add_ingress_ports(PortTable& table, const WantedSandbox& sandbox, Ipv4 address,
                       std::vector<std::string>& problems) {
  for (const PortConfig& port : sandbox.ports) {
    if (is_host(port)) continue;
    if (!is_port(port.published_port()) || !is_port(port.target_port())) {
      problems.push_back(fmt::format("task {}: published port {} -> {} is not a port", sandbox.task.str(),
                                     port.published_port(), port.target_port()));
      continue;
    }
    auto& backends = table[key_of(port)];
    if (sandbox.serving && !address.none())
      backends.push_back({address, static_cast<std::uint16_t>(port.target_port())});
  }
}

}  // namespace

Allocated allocate(const WantedTasks& wanted, const Subnet& subnet, const Seen& seen) {
  return Allocating{wanted, subnet, seen}.run();
}

std::vector<PortConfig> granted_ports(const WantedSandbox& sandbox, const Allocation& allocation) {
  auto grants = allocation.host_ports;
  std::vector<std::optional<HostPort>> given(sandbox.ports.size());
  // Fixed numbers first, or a port published as 0 could take the grant of one that names it.
  for (const bool fixed : {true, false}) {
    for (std::size_t i = 0; i < sandbox.ports.size(); ++i) {
      const PortConfig& port = sandbox.ports[i];
      if (is_host(port) && (port.published_port() != 0) == fixed) given[i] = take_grant(grants, port);
    }
  }
  std::vector<PortConfig> ports;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (!given[i]) continue;
    ports.push_back(sandbox.ports[i]);
    ports.back().set_published_port(given[i]->published.number);
  }
  return ports;
}

PortTable port_table(const WantedTasks& wanted, const Memory& memory, std::vector<std::string>& problems) {
  PortTable table;
  for (const auto& [task, sandbox] : wanted) {
    const Allocation& allocation = memory.allocations.at(task);
    if (!sandbox->ports.empty() && !sandbox->egress) {
      problems.push_back(fmt::format("task {}: it has published ports but no leg on docker_gwbridge", task.str()));
    }
    add_ingress_ports(table, *sandbox, allocation.address, problems);
    for (const HostPort& port : allocation.host_ports) {
      auto& backends = table[port.published];
      if (sandbox->serving && !allocation.address.none()) backends.push_back({allocation.address, port.target});
    }
  }
  for (auto& [port, backends] : table) {
    std::sort(backends.begin(), backends.end());
    backends.erase(std::unique(backends.begin(), backends.end()), backends.end());
  }
  return table;
}

}  // namespace skein::mesh
