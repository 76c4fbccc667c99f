#include "netmesh/step.h"

#include <fmt/format.h>

#include "events/base/overloaded.h"
#include "netmesh/names.h"

namespace skein::mesh {
namespace {

std::string text_of(const SaveMemory& step) {
  std::string out = "save memory";
  for (const auto& [task, allocation] : step.memory.allocations) {
    out += fmt::format(" {}={}", task.str(), allocation.address.none() ? "-" : allocation.address.text());
    for (const HostPort& port : allocation.host_ports) out += fmt::format(",{}->{}", text(port.published), port.target);
  }
  return out;
}

std::string without(const std::vector<std::string>& strange) {
  std::string out;
  for (const std::string& address : strange) out += " without " + address;
  return out;
}

std::string text_of(const EditRules& step) {
  std::string out = "edit " + step.family + " rules";
  const char* separator = ": ";
  for (const RuleEdit& edit : step.edits) {
    out += separator + text(edit);
    separator = "; ";
  }
  return out;
}

std::string text_of(const DressLeg& step) {
  return fmt::format("dress leg of {} as {}{}", step.task.str(), step.subnet.with(step.address), without(step.strange));
}

}  // namespace

std::string text(const Step& step) {
  return std::visit(
      overloaded{
          [](const EnableForwarding&) { return std::string{"enable forwarding"}; },
          [](const RemoveLink& s) { return "remove link " + s.link; },
          [](const MakeBridge&) { return std::string{"make bridge"}; },
          [](const DressBridge& s) {
            return "dress bridge as " + s.subnet.with(s.subnet.gateway()) + without(s.strange);
          },
          [](const MakeSandbox& s) { return "make sandbox " + s.task.str(); },
          [](const RaiseLoopback& s) { return "raise loopback of " + s.task.str(); },
          [](const RemoveLeg& s) { return "remove leg of " + s.task.str(); },
          [](const MakeLeg& s) { return fmt::format("make leg of {} {}", s.task.str(), mac_of(s.address)); },
          [](const AttachLeg& s) { return "attach leg of " + s.task.str(); },
          [](const SetSandboxSysctl& s) { return fmt::format("set {} {}={}", s.task.str(), s.key, s.value); },
          [](const RemoveSandbox& s) { return "remove sandbox " + s.task.str(); },
          [](const ForgetFlowsOf& s) { return "forget flows of " + s.address.text(); },
          [](const ForgetFlowsTo& s) { return "forget flows to " + text(s.port); },
          [](const auto& s) { return text_of(s); },
      },
      step);
}

}  // namespace skein::mesh
