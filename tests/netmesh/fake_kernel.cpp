#include "tests/netmesh/fake_kernel.h"

#include "events/base/overloaded.h"
#include "netmesh/names.h"

namespace skein::mesh {

SeenLink& FakeKernel::add_link(const std::string& name, const std::string& kind) {
  SeenLink& link = seen_.links[name];
  link.index = next_index_++;
  link.kind = kind;
  return link;
}

void FakeKernel::remove_link(const std::string& name) {
  const SeenLink gone = seen_.links[name];
  seen_.links.erase(name);
  if (name == kBridgeLink) seen_.route_localnet = false;
  for (auto& [task, sandbox] : seen_.sandboxes) {
    if (!sandbox.has_leg || sandbox.leg.peer_index != gone.index) continue;
    sandbox.has_leg = false;
    sandbox.leg = {};
    sandbox.gateway = {};
  }
}

void FakeKernel::edit(RuleSet& rules, const RuleEdit& edit) {
  switch (edit.kind) {
    case RuleEditKind::drop_table:
      rules = {};
      break;
    case RuleEditKind::add_table:
      break;
    case RuleEditKind::add_frame:
      rules.frame[edit.name] = edit.definition;
      if (edit.definition.starts_with("{\"chain\"")) rules.chains[edit.name];
      break;
    case RuleEditKind::add_chain:
      rules.chains[edit.name];
      break;
    case RuleEditKind::fill_chain:
      rules.chains.at(edit.name) = edit.rules;
      break;
    case RuleEditKind::publish:
      rules.published[edit.port] = edit.name;
      break;
    case RuleEditKind::retract:
      CHECK(rules.published.erase(edit.port) == 1);
      break;
    case RuleEditKind::refuse:
      rules.refused.insert(edit.port);
      break;
    case RuleEditKind::accept:
      CHECK(rules.refused.erase(edit.port) == 1);
      break;
    case RuleEditKind::drop_chain:
      CHECK(rules.chains.erase(edit.name) == 1);
      break;
  }
}

void FakeKernel::carry_out(const Step& step) {
  const auto dress = [](SeenLink& link, const Subnet& subnet, Ipv4 address) {
    link.mac = mac_of(address);
    link.addresses = {subnet.with(address)};
    link.up = true;
  };
  std::visit(overloaded{
                 [&](const SaveMemory& s) { seen_.memory = s.memory; },
                 [&](const EnableForwarding&) { seen_.ip_forward = true; },
                 [&](const RemoveLink& s) { remove_link(s.link); },
                 [&](const MakeBridge&) { add_link(kBridgeLink, "bridge"); },
                 [&](const DressBridge& s) {
                   dress(seen_.links.at(kBridgeLink), s.subnet, s.subnet.gateway());
                   seen_.route_localnet = true;
                 },
                 [&](const MakeSandbox& s) {
                   seen_.sandboxes[s.task] = {};
                   seen_.sandboxes[s.task].bound = seen_.sandboxes[s.task].loopback_up = true;
                 },
                 [&](const RaiseLoopback& s) { seen_.sandboxes.at(s.task).loopback_up = true; },
                 [&](const RemoveLeg& s) { seen_.sandboxes.at(s.task).has_leg = false; },
                 [&](const MakeLeg& s) {
                   SeenLink& outside = add_link(task_link_name(s.task), "veth");
                   SeenSandbox& sandbox = seen_.sandboxes.at(s.task);
                   sandbox.has_leg = true;
                   sandbox.leg.index = outside.peer_index = 2;
                   sandbox.leg.peer_index = outside.index;
                 },
                 [&](const AttachLeg& s) {
                   SeenLink& outside = seen_.links.at(task_link_name(s.task));
                   outside.up = outside.hairpin = true;
                   outside.master_index = seen_.links.at(kBridgeLink).index;
                 },
                 [&](const DressLeg& s) {
                   dress(seen_.sandboxes.at(s.task).leg, s.subnet, s.address);
                   seen_.sandboxes.at(s.task).gateway = s.subnet.gateway();
                 },
                 [&](const SetSandboxSysctl& s) { seen_.sandboxes.at(s.task).sysctls[s.key] = s.value; },
                 [&](const EditRules& s) {
                   for (const RuleEdit& one : s.edits) edit(s.family == kIpFamily ? seen_.rules : seen_.isolation, one);
                 },
                 [&](const RemoveSandbox& s) { seen_.sandboxes.erase(s.task); },
                 [](const ForgetFlowsOf&) {},
                 [](const ForgetFlowsTo&) {},
             },
             step);
}

}  // namespace skein::mesh
