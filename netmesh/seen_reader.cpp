#include "netmesh/seen_reader.h"

#include <fmt/format.h>

#include <sstream>

#include "netmesh/hands.h"
#include "netmesh/names.h"
#include "netmesh/plan.h"
#include "netmesh/sysctl.h"

namespace skein::mesh {
namespace {

Result<void> read_links(Hands& hands, Seen& seen) {
  auto links = hands.links.links();
  if (!links) return links.refusal();
  for (auto& [name, link] : *links) {
    if (name == kBridgeLink || is_task_link_name(name)) seen.links.emplace(name, std::move(link));
  }
  return {};
}

// Runs inside the sandbox.
Result<void> read_inside(SeenSandbox& sandbox) {
  auto opened = Links::open();
  if (!opened) return opened.refusal();
  auto links = opened->links();
  if (!links) return links.refusal();
  auto routes = opened->routes();
  if (!routes) return routes.refusal();
  sandbox.loopback_up = (*links)["lo"].up;
  const auto leg = links->find(kLegLink);
  sandbox.has_leg = leg != links->end();
  if (sandbox.has_leg) sandbox.leg = leg->second;
  for (const Route& route : *routes) {
    if (route.destination.none() && sandbox.has_leg && route.link_index == sandbox.leg.index) {
      sandbox.gateway = route.gateway;
    }
  }
  return {};
}

void read_sysctls(const WantedSandbox& wanted, SeenSandbox& sandbox) {
  for (const Label& setting : wanted.sysctls) {
    if (!is_network_sysctl(setting.key())) continue;
    // Absent or unreadable: not in the map, so the planner sets it and the applier reports why that fails.
    if (const auto value = read_sysctl(setting.key())) sandbox.sysctls[setting.key()] = *value;
  }
}

Result<void> read_sandboxes(Hands& hands, const WantedNetwork& wanted, Seen& seen) {
  const auto listed = hands.sandboxes.list();
  if (!listed) return listed.refusal();
  std::map<TaskId, const WantedSandbox*> tasks;
  for (const WantedSandbox& sandbox : wanted.sandboxes) tasks.emplace(sandbox.task, &sandbox);
  for (const auto& [task, bound] : *listed) {
    SeenSandbox& sandbox = seen.sandboxes[task];
    const auto want = tasks.find(task);
    sandbox.bound = bound;
    if (!bound || want == tasks.end()) continue;
    const auto read = hands.thread.run_in(hands.sandboxes.path_of(task), [&] {
      read_sysctls(*want->second, sandbox);
      return read_inside(sandbox);
    });
    if (!read) sandbox = SeenSandbox{};
  }
  return {};
}

Result<void> read_settings(Seen& seen) {
  const auto forward = read_sysctl("net.ipv4.ip_forward");
  if (!forward) return forward.refusal();
  seen.ip_forward = *forward == "1";
  const auto localnet = read_sysctl(fmt::format("net.ipv4.conf.{}.route_localnet", kBridgeLink));
  seen.route_localnet = localnet && *localnet == "1";  // no bridge, no setting
  const auto range = read_sysctl("net.ipv4.ip_local_port_range");
  if (!range) return range.refusal();
  std::istringstream{*range} >> seen.first_ephemeral >> seen.last_ephemeral;
  return {};
}

bool has_ports(const WantedNetwork& wanted) {
  for (const WantedSandbox& sandbox : wanted.sandboxes) {
    if (!sandbox.ports.empty()) return true;
  }
  return false;
}

}  // namespace

Result<Seen> read_kernel(Hands& hands, const WantedNetwork& wanted, const Memory& memory) {
  Seen seen;
  seen.memory = memory;
  if (auto read = read_links(hands, seen); !read) return read.refusal();
  if (auto read = read_sandboxes(hands, wanted, seen); !read) return read.refusal();
  if (auto read = read_settings(seen); !read) return read.refusal();
  auto rules = hands.nft_ip.read();
  if (!rules) return rules.refusal();
  seen.rules = *std::move(rules);
  auto isolation = hands.nft_bridge.read();
  if (!isolation) return isolation.refusal();
  seen.isolation = *std::move(isolation);
  if (!has_ports(wanted)) return seen;
  auto listening = hands.listeners.read();
  if (!listening) return listening.refusal();
  seen.listening = *std::move(listening);
  return seen;
}

}  // namespace skein::mesh
