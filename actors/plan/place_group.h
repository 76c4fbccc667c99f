// GroupPlacement: finds nodes for the tasks of one service and spec version, one after the other; between two calls of
// next() the caller counts the task in the table. Private to placement; order and cost: place.h.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/plan/place_filter.h"
#include "actors/plan/place_table.h"
#include "actors/plan/place_tree.h"
#include "events/base/clock.h"

namespace skein::plan {

class GroupPlacement {
 public:
  // All must outlive this.
  GroupPlacement(const NodeTable& table, const ServiceLoad& load, const Filters& filters, const SpecVersion& spec,
                 WallTime now);

  // The node for the next task. `walk`: try the table's order first; it has to be current (settled).
  std::optional<NodeTable::Number> next(bool walk);
  // "no suitable node (...)", as things are now.
  std::string why_not() const;

 private:
  std::optional<NodeTable::Number> walk() const;
  void grow_tree();
  bool fits(Candidate& candidate) const;
  Candidate candidate(NodeTable::Number node) const;
  std::vector<std::string> path(const Node& node) const;

  const NodeTable& table_;
  const ServiceLoad& load_;
  const Filters& filters_;
  const SpecVersion& spec_;
  WallTime now_;
  std::vector<std::string> levels_;  // spread descriptors that name labels
  std::optional<SpreadTree> tree_;   // grown when first needed
};

}  // namespace skein::plan
