#include "netmesh/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "netmesh/names.h"

namespace skein::mesh {
namespace {

class Planning {
 public:
  Planning(const WantedNetwork& wanted, const Subnet& subnet, const Seen& seen) : subnet_{subnet}, seen_{seen} {
    tasks_ = usable_tasks(wanted, plan_.problems);
  }

  Plan run() {
    auto allocated = allocate(tasks_, subnet_, seen_);
    plan_.memory = std::move(allocated.memory);
    append(plan_.problems, allocated.problems);
    remember();
    node();
    edit(kBridgeFamily, wanted_isolation(), seen_.isolation);
    for (const auto& [task, sandbox] : tasks_) sandbox_of(task, *sandbox);
    rules();
    removals();
    return std::move(plan_);
  }

 private:
  void add(Step step) { plan_.steps.push_back(std::move(step)); }

  static void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
    to.insert(to.end(), from.begin(), from.end());
  }

  const SeenLink* link(const std::string& name) const {
    const auto found = seen_.links.find(name);
    return found == seen_.links.end() ? nullptr : &found->second;
  }

  std::vector<std::string> strange(const SeenLink* seen, const std::string& wanted) const {
    std::vector<std::string> out;
    if (seen == nullptr) return out;
    std::copy_if(seen->addresses.begin(), seen->addresses.end(), std::back_inserter(out),
                 [&](const std::string& address) { return address != wanted; });
    return out;
  }

  // Old and new together: until the leaving tasks' flows are gone their addresses must survive a crash too.
  void remember() {
    Memory both = plan_.memory;
    for (const auto& [task, allocation] : seen_.memory.allocations) both.allocations.emplace(task, allocation);
    if (both != seen_.memory) add(SaveMemory{std::move(both)});
  }

  void node() {
    if (!seen_.ip_forward) add(EnableForwarding{});
    const SeenLink* bridge = link(kBridgeLink);
    if (bridge != nullptr && bridge->kind != "bridge") {
      add(RemoveLink{kBridgeLink});
      bridge = nullptr;
    }
    if (bridge == nullptr) add(MakeBridge{});
    bridge_index_ = bridge == nullptr ? 0 : bridge->index;
    const Ipv4 gateway = subnet_.gateway();
    const std::string address = subnet_.with(gateway);
    const bool right = bridge != nullptr && bridge->up && bridge->mac == mac_of(gateway) && seen_.route_localnet &&
                       bridge->addresses == std::set<std::string>{address};
    if (!right) add(DressBridge{subnet_, strange(bridge, address)});
  }

  void sandbox_of(const TaskId& task, const WantedSandbox& wanted) {
    const auto found = seen_.sandboxes.find(task);
    const SeenSandbox fresh{};
    const SeenSandbox& sandbox = found != seen_.sandboxes.end() && found->second.bound ? found->second : fresh;
    if (found != seen_.sandboxes.end() && !sandbox.bound) {
      plan_.problems.push_back(
          fmt::format("task {}: its network namespace was no longer mounted and is made anew", task.str()));
    }
    if (!sandbox.bound) {
      add(MakeSandbox{task});
    } else if (!sandbox.loopback_up) {
      add(RaiseLoopback{task});
    }
    leg(task, sandbox);
    sysctls(wanted, sandbox);
  }

  void leg(const TaskId& task, const SeenSandbox& sandbox) {
    const Ipv4 address = plan_.memory.allocations.at(task).address;
    const std::string name = task_link_name(task);
    const SeenLink* outside = link(name);
    if (address.none()) {
      if (outside != nullptr) add(RemoveLink{name});
      return;
    }
    const bool joined = outside != nullptr && outside->kind == "veth" && sandbox.has_leg &&
                        outside->peer_index == sandbox.leg.index && sandbox.leg.peer_index == outside->index;
    if (!joined) return make_leg(task, address, outside != nullptr, sandbox.has_leg);
    if (!outside->up || !outside->hairpin || outside->master_index == 0 || outside->master_index != bridge_index_) {
      add(AttachLeg{task});
    }
    const std::string cidr = subnet_.with(address);
    const SeenLink& inside = sandbox.leg;
    const bool dressed = inside.up && inside.mac == mac_of(address) && sandbox.gateway == subnet_.gateway() &&
                         inside.addresses == std::set<std::string>{cidr};
    if (!dressed) add(DressLeg{task, address, subnet_, strange(&inside, cidr)});
  }

  void make_leg(const TaskId& task, Ipv4 address, bool has_outside, bool has_inside) {
    if (has_outside) add(RemoveLink{task_link_name(task)});
    if (has_inside) add(RemoveLeg{task});
    add(MakeLeg{task, address});
    // The inside is up before the outside: the bridge port then has a carrier, and forwards, from its first moment.
    add(DressLeg{task, address, subnet_, {}});
    add(AttachLeg{task});
  }

  void sysctls(const WantedSandbox& wanted, const SeenSandbox& sandbox) {
    for (const Label& setting : wanted.sysctls) {
      if (!is_network_sysctl(setting.key())) {
        plan_.problems.push_back(fmt::format("task {}: sysctl \"{}\" is not in a separate kernel namespace",
                                             wanted.task.str(), setting.key()));
        continue;
      }
      const auto have = sandbox.sysctls.find(setting.key());
      const std::string value = single_spaced(setting.value());
      const bool right = have != sandbox.sysctls.end() && have->second == value;
      if (!right) add(SetSandboxSysctl{wanted.task, setting.key(), value});
    }
  }

  void edit(const char* family, const RuleSet& wanted, const RuleSet& seen) {
    auto edits = rule_edits(wanted, seen);
    if (!edits.empty()) add(EditRules{family, std::move(edits)});
  }

  void rules() {
    const PortTable ports = port_table(tasks_, plan_.memory, plan_.problems);
    for (const auto& [port, backends] : ports) {
      if (!seen_.listening.contains(port)) continue;
      plan_.problems.push_back(
          fmt::format("published port {}: a process of this node listens on it too and is hidden by it", text(port)));
    }
    edit(kIpFamily, wanted_rules(subnet_, ports), seen_.rules);
    for (const auto& [port, backends] : ports) {
      const bool fresh = !backends.empty() && !seen_.rules.published.contains(port);
      if (fresh && port.protocol == PortConfig::UDP) add(ForgetFlowsTo{port});
    }
  }

  void removals() {
    std::set<std::string> names;
    for (const auto& [task, sandbox] : tasks_) names.insert(task_link_name(task));
    for (const auto& [name, seen] : seen_.links) {
      if (is_task_link_name(name) && !names.contains(name)) add(RemoveLink{name});
    }
    for (const auto& [task, sandbox] : seen_.sandboxes) {
      if (!tasks_.contains(task)) add(RemoveSandbox{task});
    }
    forget();
  }

  void forget() {
    bool gone = false;
    for (const auto& [task, allocation] : seen_.memory.allocations) {
      const auto kept = plan_.memory.allocations.find(task);
      gone = gone || kept == plan_.memory.allocations.end();
      if (allocation.address.none()) continue;
      const bool same = kept != plan_.memory.allocations.end() && kept->second.address == allocation.address;
      if (!same) add(ForgetFlowsOf{allocation.address});
    }
    if (gone) add(SaveMemory{plan_.memory});
  }

  const Subnet& subnet_;
  const Seen& seen_;
  WantedTasks tasks_;
  int bridge_index_ = 0;
  Plan plan_;
};

}  // namespace

WantedTasks usable_tasks(const WantedNetwork& wanted, std::vector<std::string>& problems) {
  WantedTasks tasks;
  std::map<std::string, TaskId> names;
  for (const WantedSandbox& sandbox : wanted.sandboxes) {
    if (!is_usable_task_id(sandbox.task)) {
      problems.push_back(fmt::format("task \"{}\": its id cannot name kernel objects", sandbox.task.str()));
      continue;
    }
    const auto [name, first] = names.emplace(task_link_name(sandbox.task), sandbox.task);
    if (first) {
      tasks.emplace(sandbox.task, &sandbox);
    } else if (name->second != sandbox.task) {
      problems.push_back(fmt::format("task {}: its interface name {} is taken by task {}", sandbox.task.str(),
                                     name->first, name->second.str()));
    }
  }
  return tasks;
}

bool is_network_sysctl(const std::string& key) {
  return key.starts_with("net.") && key.find('/') == std::string::npos && key.find("..") == std::string::npos;
}

std::string single_spaced(const std::string& value) {
  std::istringstream in{value};
  std::string out;
  for (std::string word; in >> word;) out += (out.empty() ? "" : " ") + word;
  return out;
}

Plan plan(const WantedNetwork& wanted, const Subnet& subnet, const Seen& seen) {
  CHECK(!subnet.none(), "no subnet chosen");
  return Planning{wanted, subnet, seen}.run();
}

}  // namespace skein::mesh
