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
  GroupPlacement(NodeTable& table, const ServiceLoad& load, const Filters& filters, const SpecVersion& spec,
                 WallTime now);

  // The node for the next task. `walk`: try the table's order first; it has to be current (settled).
  std::optional<NodeTable::Number> next(bool walk);
  // "no suitable node (...)", as things are now.
  std::string why_not() const;

 private:
  std::optional<NodeTable::Number> walk() const;
  void grow_tree();
  bool fits(Candidate& candidate) const;
  Candidate candidate(const NodeTable::Place& place) const;
  const SpreadTree::Path& path(NodeTable::Number node);

  const NodeTable& table_;
  const ServiceLoad& load_;
  const Filters& filters_;
  const SpecVersion& spec_;
  WallTime now_;
  // For each spread descriptor that names a label: the nodes' values.
  std::vector<const std::vector<std::uint32_t>*> levels_;
  SpreadTree::Path path_;           // of the node asked for last
  std::optional<SpreadTree> tree_;  // grown when first needed
};

}  // namespace skein::plan
