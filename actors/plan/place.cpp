#include "actors/plan/place.h"

#include <algorithm>
#include <map>
#include <utility>

#include "actors/plan/place_group.h"
#include "events/base/check.h"
#include "events/domain/service.h"
#include "events/domain/task_state.h"

namespace skein::plan {
namespace {

bool holds_a_node(const Task& task) { return !task.node_id().empty() && may_hold_resources(task); }

bool same_items(const google::protobuf::RepeatedPtrField<GenericResource>& a, const GenericItems& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const GenericResource& x, const GenericResource& y) {
    return x.kind() == y.kind() && x.count() == y.count() && x.name() == y.name();
  });
}

std::string only(Filter filter) {
  FilterCounts counts{};
  counts[static_cast<std::size_t>(filter)] = 1;
  return explain(counts);
}

}  // namespace

void Placer::task_is(const Task& task, const SpecPtr& spec) {
  const auto at = holdings_.find(task.id());
  const bool known = at != holdings_.end();
  if (!holds_a_node(task)) {
    if (!known) return;
    if (at->second.claimed && is_live(task)) return;  // its assignment is still on its way
    note_failure(at->second, task);
    return release(at);
  }
  const NodeTable::Number node = table_.number(task.node_id());
  const bool active = is_runnable_desired(task.desired());
  if (known && at->second.node == node && at->second.active == active && same_items(task.generic(), at->second.items)) {
    at->second.claimed = false;
    return;
  }
  if (known) release(at);
  CHECK(spec != nullptr, "a task without its spec");
  Holding holding{node, spec, {task.generic().begin(), task.generic().end()}, active, false};
  table_.take(node, table_.service(spec->service_id()), Demand{*spec}, holding.items, active);
  holdings_.emplace(task.id(), std::move(holding));
}

void Placer::note_failure(const Holding& holding, const Task& task) {
  const TaskState state = task.status().state();
  if (state != TASK_FAILED && state != TASK_REJECTED) return;
  if (table_.ledger(holding.node).node() == nullptr) return;  // it will never be chosen again
  table_.service(task.service_id()).failed(task.spec_version(), holding.node, task.updated_at_ns());
}

void Placer::task_gone(std::string_view task_id) {
  const auto at = holdings_.find(task_id);
  if (at != holdings_.end()) release(at);
}

void Placer::withdraw(std::string_view task_id) {
  const auto at = holdings_.find(task_id);
  if (at != holdings_.end() && at->second.claimed) release(at);
}

void Placer::release(StringMap<Holding>::iterator at) {
  const Holding& holding = at->second;
  table_.give_back(holding.node, holding.spec->service_id(), Demand{*holding.spec}, holding.items, holding.active);
  holdings_.erase(at);
}

Placements Placer::place(std::span<const WaitingTask> tasks, WallTime now) {
  Placements out;
  table_.settle();
  const std::vector<Group> groups = split(tasks, out);
  for (const Group& group : groups) {
    table_.settle();
    place_group(group, now, out);
  }
  table_.settle();
  return out;
}

// Places those with a preset node on the way.
std::vector<Placer::Group> Placer::split(std::span<const WaitingTask> tasks, Placements& out) {
  std::vector<Group> groups;
  std::map<std::pair<std::string_view, std::uint64_t>, std::size_t> places;
  const SpecVersion* last_spec = nullptr;
  std::size_t last = 0;
  for (const WaitingTask& waiting : tasks) {
    CHECK(waiting.task && waiting.spec, "a waiting task without itself or its spec");
    if (holdings_.contains(waiting.task->id())) continue;
    if (!waiting.task->node_id().empty()) {
      place_preset(waiting, out);
      continue;
    }
    if (waiting.spec.get() != last_spec) {
      last_spec = waiting.spec.get();
      last = places.try_emplace({last_spec->service_id(), last_spec->version()}, groups.size()).first->second;
      if (last == groups.size()) groups.emplace_back();
    }
    groups[last].push_back(&waiting);
  }
  return groups;
}

void Placer::place_preset(const WaitingTask& waiting, Placements& out) {
  if (auto reason = check_node(*waiting.spec, waiting.task->node_id())) {
    out.held_back.push_back(HeldBack{waiting.task->id(), *std::move(reason)});
    return;
  }
  claim(waiting, table_.number(waiting.task->node_id()), Demand{*waiting.spec}, out);
}

void Placer::place_group(const Group& group, WallTime now, Placements& out) {
  const SpecVersion& spec = *group.front()->spec;
  const Filters filters{spec, drivers_for(spec)};
  ServiceLoad& load = table_.service(spec.service_id());
  load.forget_failures(now.ns - ServiceLoad::kFailureWindowNs);
  GroupPlacement placement{table_, load, filters, spec, now};
  const bool small = group.size() <= kSmallGroup;
  std::size_t done = 0;
  for (; done < group.size(); ++done) {
    const auto node = placement.next(small);
    if (!node) break;
    claim(*group[done], *node, filters.demand(), out);
    if (small) table_.settle();
  }
  if (done < group.size()) {
    const std::string reason = placement.why_not();
    for (; done < group.size(); ++done) out.held_back.push_back(HeldBack{group[done]->task->id(), reason});
  }
  if (load.is_unused()) table_.forget_service(spec.service_id());
}

void Placer::claim(const WaitingTask& waiting, NodeTable::Number node, const Demand& demand, Placements& out) {
  GenericItems items = table_.ledger(node).choose(demand);
  table_.take(node, table_.service(waiting.spec->service_id()), demand, items, true);
  out.placed.push_back(Placed{waiting.task->id(), table_.ledger(node).id(), items});
  holdings_.emplace(waiting.task->id(), Holding{node, waiting.spec, std::move(items), true, true});
}

std::optional<std::string> Placer::check_node(const SpecVersion& spec, std::string_view node_id) const {
  const NodeLedger* node = table_.find(node_id);
  if (node == nullptr) return only(Filter::ready);
  const ServiceLoad* load = table_.find_service(spec.service_id());
  const std::uint32_t tasks = load == nullptr ? 0 : load->tasks(table_.number_of(node_id));
  const auto failure = Filters{spec, drivers_for(spec)}.first_failure(*node, tasks);
  if (!failure) return std::nullopt;
  return only(*failure);
}

std::vector<std::string> Placer::drivers_for(const SpecVersion& spec) const {
  std::vector<std::string> out;
  for (const NetworkAttachmentConfig& attachment : service::networks(spec.spec())) {
    const auto driver = network_drivers_.find(attachment.target());
    if (driver != network_drivers_.end()) out.push_back(driver->second);
  }
  return out;
}

}  // namespace skein::plan
