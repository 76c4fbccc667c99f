#include "tests/support/fake_plane.h"

namespace skein::test {

Result<NetworkSeen> FakePlane::apply(const WantedNetwork& network) {
  applied.push_back(network);
  if (!refuse.empty()) return Refusal{Errc::fault, refuse};
  NetworkSeen seen;
  seen.problems = problems;
  if (!problems.empty()) return seen;
  seen.generation = network.generation;
  for (const WantedSandbox& sandbox : network.sandboxes) {
    SandboxSeen& one = seen.sandboxes.emplace_back();
    one.task = sandbox.task;
    one.netns_path = "/netns/" + sandbox.task.str();
    one.address = "172.18.0.9";
    for (const PortConfig& port : sandbox.ports)
      if (port.publish_mode() == PortConfig::HOST) one.host_ports.push_back(port);
  }
  return seen;
}

const WantedSandbox* FakePlane::wanted(const std::string& task) const {
  if (applied.empty()) return nullptr;
  for (const WantedSandbox& sandbox : applied.back().sandboxes)
    if (sandbox.task.str() == task) return &sandbox;
  return nullptr;
}

}  // namespace skein::test
