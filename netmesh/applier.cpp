#include "netmesh/applier.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <set>
#include <thread>

#include "netmesh/hands.h"
#include "netmesh/names.h"
#include "netmesh/sysctl.h"

namespace skein::mesh {
namespace {

constexpr int kSettleAttempts = 200;
constexpr std::chrono::milliseconds kSettlePause{1};

class Applying {
 public:
  Applying(Hands& hands, Memory memory) : hands_{hands} { applied_.memory = std::move(memory); }

  Applied run(const std::vector<Step>& steps) {
    for (const Step& step : steps) {
      if (!std::holds_alternative<RemoveLink>(step)) remove_doomed();
      note(text(step), std::visit([this](const auto& s) { return carry_out(s); }, step));
    }
    remove_doomed();
    if (!flows_.tasks.empty() || !flows_.ports.empty()) forget_flows();
    settle();
    return std::move(applied_);
  }

 private:
  void note(const std::string& what, const Result<void>& outcome) {
    if (!outcome) applied_.problems.push_back(what + ": " + outcome.refusal().text);
  }

  // Memory is written after the flows of those it no longer lists are gone.
  Result<void> carry_out(const SaveMemory& step) {
    if (!flows_.tasks.empty() && !forget_flows()) return Refusal{Errc::fault, "flows are left"};
    auto saved = save_memory(hands_.memory_path, step.memory);
    if (saved) applied_.memory = step.memory;
    return saved;
  }

  Result<void> carry_out(const EnableForwarding&) { return write_sysctl("net.ipv4.ip_forward", "1"); }
  // Gathered up to the next step of another kind, because removing many costs as much as removing one.
  Result<void> carry_out(const RemoveLink& step) {
    doomed_.push_back(step.link);
    return {};
  }
  Result<void> carry_out(const MakeBridge&) { return hands_.links.make_bridge(kBridgeLink); }
  Result<void> carry_out(const MakeSandbox& step) {
    if (auto cleared = hands_.sandboxes.remove(step.task); !cleared) return cleared;
    return hands_.sandboxes.make(step.task, hands_.thread);
  }
  Result<void> carry_out(const RemoveSandbox& step) { return hands_.sandboxes.remove(step.task); }
  Result<void> carry_out(const EditRules& step) {
    return (step.family == kBridgeFamily ? hands_.nft_bridge : hands_.nft_ip).write(step.edits);
  }

  Result<void> carry_out(const DressBridge& step) {
    auto& links = hands_.links;
    if (auto set = links.set_mac(kBridgeLink, mac_of(step.subnet.gateway())); !set) return set;
    const auto index = links.index_of(kBridgeLink);
    if (!index) return index.refusal();
    if (auto dressed = address(links, *index, step.subnet, step.subnet.gateway(), step.strange); !dressed)
      return dressed;
    if (auto up = links.set_up(kBridgeLink); !up) return up;
    return write_sysctl(fmt::format("net.ipv4.conf.{}.route_localnet", kBridgeLink), "1");
  }

  Result<void> carry_out(const RaiseLoopback& step) {
    return inside(step.task, [](Links& links) { return links.set_up("lo"); });
  }
  Result<void> carry_out(const RemoveLeg& step) {
    return inside(step.task, [](Links& links) { return links.remove(kLegLink); });
  }

  Result<void> carry_out(const MakeLeg& step) {
    const std::string path = hands_.sandboxes.path_of(step.task);
    const int netns = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (netns < 0) return Refusal{Errc::fault, fmt::format("open {}: {}", path, std::strerror(errno))};
    const VethPair pair{task_link_name(step.task), kLegLink, netns, mac_of(step.address), "task " + step.task.str()};
    auto made = hands_.links.make_veth(pair);
    ::close(netns);
    return made;
  }

  Result<void> carry_out(const AttachLeg& step) {
    const auto bridge = hands_.links.index_of(kBridgeLink);
    if (!bridge) return bridge.refusal();
    attached_.insert(task_link_name(step.task));
    return hands_.links.attach(task_link_name(step.task), *bridge);
  }

  Result<void> carry_out(const DressLeg& step) {
    return inside(step.task, [&](Links& links) -> Result<void> {
      if (auto set = links.set_mac(kLegLink, mac_of(step.address)); !set) return set;
      const auto index = links.index_of(kLegLink);
      if (!index) return index.refusal();
      if (auto dressed = address(links, *index, step.subnet, step.address, step.strange); !dressed) return dressed;
      if (auto up = links.set_up(kLegLink); !up) return up;
      return links.set_default_route(*index, step.subnet.gateway());
    });
  }

  Result<void> carry_out(const SetSandboxSysctl& step) {
    return hands_.thread.run_in(hands_.sandboxes.path_of(step.task),
                                [&] { return write_sysctl(step.key, step.value); });
  }

  // Gathered, because one listing of conntrack serves them all.
  Result<void> carry_out(const ForgetFlowsOf& step) {
    flows_.tasks.insert(step.address);
    return {};
  }
  Result<void> carry_out(const ForgetFlowsTo& step) {
    flows_.ports.insert(step.port);
    return {};
  }

  void remove_doomed() {
    if (doomed_.empty()) return;
    note(fmt::format("remove links {}", fmt::join(doomed_, " ")), hands_.links.remove_all(doomed_));
    doomed_.clear();
  }

  // The kernel lets a new port forward a moment after its carrier, on a worker of its own. A task must not start into
  // that gap: its first packets would be lost, and a retry takes a second. Bounded: a port may have no carrier at all.
  void settle() {
    for (int attempt = 0; attempt < kSettleAttempts && !attached_.empty(); ++attempt) {
      const auto links = hands_.links.links();
      if (!links) return;
      std::erase_if(attached_, [&](const std::string& name) {
        const auto link = links->find(name);
        return link == links->end() || link->second.forwarding;
      });
      if (!attached_.empty()) std::this_thread::sleep_for(kSettlePause);
    }
  }

  bool forget_flows() {
    const auto forgotten = hands_.flows.forget(flows_);
    note("forget flows", forgotten);
    flows_ = {};
    return static_cast<bool>(forgotten);
  }

  static Result<void> address(Links& links, int index, const Subnet& subnet, Ipv4 address,
                              const std::vector<std::string>& strange) {
    for (const std::string& cidr : strange) {
      if (auto removed = links.remove_address(index, cidr); !removed) return removed;
    }
    return links.add_address(index, subnet, address);
  }

  Result<void> inside(const TaskId& task, const std::function<Result<void>(Links&)>& work) {
    return hands_.thread.run_in(hands_.sandboxes.path_of(task), [&]() -> Result<void> {
      auto links = Links::open();
      if (!links) return links.refusal();
      return work(*links);
    });
  }

  Hands& hands_;
  FlowChoice flows_;
  std::vector<std::string> doomed_;
  std::set<std::string> attached_;
  Applied applied_;
};

}  // namespace

Applied apply_steps(Hands& hands, const std::vector<Step>& steps, Memory memory) {
  return Applying{hands, std::move(memory)}.run(steps);
}

}  // namespace skein::mesh
