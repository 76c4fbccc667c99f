#include "actors/plan/place_group.h"

#include <fmt/core.h>

#include "actors/plan/constraint.h"
#include "actors/plan/place.h"

namespace skein::plan {

GroupPlacement::GroupPlacement(NodeTable& table, const ServiceLoad& load, const Filters& filters,
                               const SpecVersion& spec, WallTime now)
    : table_{table}, load_{load}, filters_{filters}, spec_{spec}, now_{now} {
  // Swarm skips descriptors that name no label, as if they were not there.
  for (const std::string& descriptor : spec.spec().task().placement().spread()) {
    if (label_named(Node::default_instance(), descriptor) != nullptr) levels_.push_back(&table.labels(descriptor));
  }
}

std::optional<NodeTable::Number> GroupPlacement::next(bool may_walk) {
  if (may_walk && !tree_ && levels_.empty()) {
    if (const auto node = walk()) return node;
  }
  if (!tree_) grow_tree();
  return tree_->next([this](Candidate& c) { return fits(c); });
}

// A node without failures or tasks of the service comes before all that have some, so the first such one is the best.
std::optional<NodeTable::Number> GroupPlacement::walk() const {
  std::size_t steps = 0;
  for (const NodeTable::Place& place : table_.order()) {
    if (++steps > Placer::kWalk) return std::nullopt;
    if (load_.tasks(place.node) > 0 || load_.penalty(spec_.version(), place.node, now_.ns) > 0) continue;
    const NodeLedger& ledger = table_.ledger(place.node);
    if (filters_.suits(*ledger.node()) && filters_.has_room(ledger, 0)) return place.node;
  }
  return std::nullopt;
}

Candidate GroupPlacement::candidate(const NodeTable::Place& place) const {
  const std::uint32_t penalty = load_.has_failures() ? load_.penalty(spec_.version(), place.node, now_.ns) : 0;
  return Candidate{place.node, place.rank, place.active_tasks, load_.tasks(place.node), penalty};
}

const SpreadTree::Path& GroupPlacement::path(NodeTable::Number node) {
  path_.clear();
  for (const auto* values : levels_) path_.push_back((*values)[node]);
  return path_;
}

void GroupPlacement::grow_tree() {
  tree_.emplace();
  table_.each_available([this](const NodeTable::Place& place) { tree_->add(path(place.node), candidate(place)); });
  for (const NodeTable::Number node : load_.nodes_with_tasks()) {
    const NodeLedger& ledger = table_.ledger(node);
    if (!ledger.is_available() && ledger.node() != nullptr) tree_->add_tasks(path(node), load_.tasks(node));
  }
  tree_->grow();
}

bool GroupPlacement::fits(Candidate& candidate) const {
  const NodeLedger& ledger = table_.ledger(candidate.node);
  if (!candidate.suits) candidate.suits = filters_.suits(*ledger.node());
  return candidate.suits && filters_.has_room(ledger, candidate.service_tasks());
}

std::string GroupPlacement::why_not() const {
  FilterCounts counts{};
  for (const NodeTable::Number node : table_.known()) {
    const auto failure = filters_.first_failure(table_.ledger(node), load_.tasks(node));
    if (failure) ++counts[static_cast<std::size_t>(*failure)];
  }
  const std::string explanation = explain(counts);
  return explanation.empty() ? "no suitable node" : fmt::format("no suitable node ({})", explanation);
}

}  // namespace skein::plan
