#include "netmesh/kernel_plane.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "netmesh/applier.h"
#include "netmesh/hands.h"
#include "netmesh/names.h"
#include "netmesh/plan.h"
#include "netmesh/seen_reader.h"
#include "netmesh/subnet_choice.h"

namespace skein {

struct KernelPlane::State {
  std::unique_ptr<mesh::Hands> hands;
  mesh::Subnet subnet;
  mesh::Memory memory;  // as on disk
  std::uint64_t generation = 0;
  std::vector<std::string> last_steps;
};

namespace {

void append(std::vector<std::string>& to, std::vector<std::string> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

Result<mesh::Subnet> subnet_for(mesh::Hands& hands, const mesh::Memory& memory, std::vector<std::string> pool) {
  if (!memory.subnet.none()) return memory.subnet;
  const auto links = hands.links.links();
  if (!links) return links.refusal();
  const auto routes = hands.links.routes();
  if (!routes) return routes.refusal();
  if (pool.empty()) pool = mesh::default_bridge_pool();
  return mesh::choose_subnet(pool, *links, *routes);
}

}  // namespace

Result<std::unique_ptr<KernelPlane>> KernelPlane::open(Options options) {
  std::error_code error;
  std::filesystem::create_directories(options.data_root, error);
  if (error) return Refusal{Errc::fault, fmt::format("mkdir {}: {}", options.data_root, error.message())};
  auto hands = mesh::open_hands(options.exec_root + "/netns", options.data_root + "/network.json");
  if (!hands) return hands.refusal();
  auto memory = mesh::load_memory((*hands)->memory_path);
  if (!memory) return memory.refusal();
  const auto subnet = subnet_for(**hands, *memory, std::move(options.bridge_subnet_pool));
  if (!subnet) return subnet.refusal();
  auto state = std::make_unique<State>();
  state->hands = *std::move(hands);
  state->memory = *std::move(memory);
  state->subnet = *subnet;
  return std::unique_ptr<KernelPlane>{new KernelPlane{std::move(state)}};
}

KernelPlane::KernelPlane(std::unique_ptr<State> state) : state_{std::move(state)} {}
KernelPlane::~KernelPlane() = default;

const std::vector<std::string>& KernelPlane::last_steps() const { return state_->last_steps; }

Result<NetworkSeen> KernelPlane::apply(const WantedNetwork& wanted) {
  state_->last_steps.clear();
  auto seen = mesh::read_kernel(*state_->hands, wanted, state_->memory);
  if (!seen) return seen.refusal();
  mesh::Plan plan = mesh::plan(wanted, state_->subnet, *seen);
  std::vector<std::string> problems = std::move(plan.problems);
  if (!plan.steps.empty()) {
    for (const mesh::Step& step : plan.steps) state_->last_steps.push_back(mesh::text(step));
    auto applied = mesh::apply_steps(*state_->hands, plan.steps, state_->memory);
    state_->memory = std::move(applied.memory);
    append(problems, std::move(applied.problems));
    seen = mesh::read_kernel(*state_->hands, wanted, state_->memory);
    if (!seen) return seen.refusal();
    plan = mesh::plan(wanted, state_->subnet, *seen);
    for (const mesh::Step& step : plan.steps) problems.push_back("still to do: " + mesh::text(step));
  }
  if (plan.steps.empty()) state_->generation = wanted.generation;
  NetworkSeen report_now = report(wanted, plan, *seen);
  report_now.problems = std::move(problems);
  return report_now;
}

// Only what the kernel has been seen to have: a sandbox that could not be made is not listed.
NetworkSeen KernelPlane::report(const WantedNetwork& wanted, const mesh::Plan& plan, const mesh::Seen& seen) const {
  NetworkSeen report{state_->generation, {}, {}};
  std::vector<std::string> ignored;
  for (const auto& [task, sandbox] : mesh::usable_tasks(wanted, ignored)) {
    const auto found = seen.sandboxes.find(task);
    if (found == seen.sandboxes.end() || !found->second.bound) continue;
    const mesh::Allocation& allocation = plan.memory.allocations.at(task);
    SandboxSeen one{task, state_->hands->sandboxes.path_of(task), {}, {}};
    if (!allocation.address.none() && found->second.leg.addresses.contains(state_->subnet.with(allocation.address))) {
      one.address = allocation.address.text();
      one.host_ports = mesh::granted_ports(*sandbox, allocation);
    }
    report.sandboxes.push_back(std::move(one));
  }
  return report;
}

Result<BridgeInfo> KernelPlane::bridge() const {
  return BridgeInfo{mesh::kBridgeNetworkName, state_->subnet.text(), state_->subnet.gateway().text()};
}

Result<void> KernelPlane::clear() {
  mesh::Hands& hands = *state_->hands;
  if (auto dropped = hands.nft_ip.drop(); !dropped) return dropped;
  if (auto dropped = hands.nft_bridge.drop(); !dropped) return dropped;
  const auto links = hands.links.links();
  if (!links) return links.refusal();
  std::vector<std::string> ours;
  for (const auto& [name, link] : *links) {
    if (name == mesh::kBridgeLink || mesh::is_task_link_name(name)) ours.push_back(name);
  }
  if (!ours.empty()) {
    if (auto removed = hands.links.remove_all(ours); !removed) return removed;
  }
  const auto sandboxes = hands.sandboxes.list();
  if (!sandboxes) return sandboxes.refusal();
  for (const auto& [task, bound] : *sandboxes) {
    if (auto removed = hands.sandboxes.remove(task); !removed) return removed;
  }
  mesh::FlowChoice flows;
  for (const auto& [task, allocation] : state_->memory.allocations) flows.tasks.insert(allocation.address);
  if (auto forgotten = hands.flows.forget(flows); !forgotten) return forgotten;
  if (::unlink(hands.memory_path.c_str()) != 0 && errno != ENOENT) {
    return Refusal{Errc::fault, fmt::format("remove {}: {}", hands.memory_path, std::strerror(errno))};
  }
  state_->memory = {};
  return {};
}

}  // namespace skein
