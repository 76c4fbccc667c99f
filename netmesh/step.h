// Steps: the only things the mesh does to a node. The planner lists them in order; the applier carries each out.
//
// Every step can be repeated without harm, so a crash between two of them needs no undo. text() is the form tests and
// problem reports use.
#pragma once
#include <string>
#include <variant>
#include <vector>

#include "events/base/ids.h"
#include "netmesh/ipv4.h"
#include "netmesh/memory.h"
#include "netmesh/rules.h"

namespace skein::mesh {

struct SaveMemory {
  Memory memory;
};
struct EnableForwarding {};  // net.ipv4.ip_forward of this namespace
struct RemoveLink {
  std::string link;
};  // a veth's other end goes with it
struct MakeBridge {};
// Address, MAC, up, route_localnet; `strange` addresses are removed.
struct DressBridge {
  Subnet subnet;
  std::vector<std::string> strange;
};
struct MakeSandbox {
  TaskId task;
};  // namespace, bound to its file, loopback up
struct RaiseLoopback {
  TaskId task;
};
struct RemoveLeg {
  TaskId task;
};  // eth0 inside
struct MakeLeg {
  TaskId task;
  Ipv4 address;
};  // veth pair: skt... here, eth0 inside
struct AttachLeg {
  TaskId task;
};  // outside end: on the bridge, hairpin mode, up
// Inside end: MAC, address, up, default route; `strange` addresses are removed.
struct DressLeg {
  TaskId task;
  Ipv4 address;
  Subnet subnet;
  std::vector<std::string> strange;
};
struct SetSandboxSysctl {
  TaskId task;
  std::string key;
  std::string value;
};
struct EditRules {
  std::string family;  // kIpFamily, kBridgeFamily
  std::vector<RuleEdit> edits;
};  // one transaction
struct RemoveSandbox {
  TaskId task;
};  // unmounts and deletes its file
struct ForgetFlowsOf {
  Ipv4 address;
};  // conntrack entries from and to a task that is gone
struct ForgetFlowsTo {
  PortKey port;
};  // entries that passed a port by before it was published

using Step = std::variant<SaveMemory, EnableForwarding, RemoveLink, MakeBridge, DressBridge, MakeSandbox, RaiseLoopback,
                          RemoveLeg, MakeLeg, AttachLeg, DressLeg, SetSandboxSysctl, EditRules, RemoveSandbox,
                          ForgetFlowsOf, ForgetFlowsTo>;

std::string text(const Step& step);

}  // namespace skein::mesh
