// Placer: which node each waiting task goes to, and if none, why not. A Planner that remembers: it is told of nodes and
// tasks as they change, so that placing costs what is placed, not what is there.
//
// Filters and reasons: place_filter.h. Of the nodes that pass, the first in this order takes the task (swarmkit
// manager/scheduler/scheduler.go, nodeLess):
//   1. fewest failures of this service and spec version in the last 5 minutes, if there were 5 or more
//   2. fewest active tasks of this service      3. fewest active tasks in total      4. smallest node id
// Spread preferences come before that: see place_tree.h. Nothing is packed, weighed or ever moved again.
//
// Claims: a task that was placed counts on its node at once, for this batch and the next, until task_is() shows it
// assigned, or ended; if its assignment never comes to be, tell by withdraw().
//
// Cost. Tasks of one service and spec version are placed as a group. A small group without spread preferences walks
// the table's order of nodes by total tasks, in which its best node is the first without a task of the service:
// O(log nodes) a task when that is among the first kWalk. Any other group makes one heap of the available nodes, once
// in O(nodes), then O(log nodes) a task; filters look at a node when it comes up, so each node fails once a group.
// A group that does not find room looks at all nodes once to say why: callers should not retry the hopeless on every
// change. Nothing is O(nodes * tasks). Measured: tools/bench/place_bench.
//
// Deterministic: the same calls give the same answers. One owner, no threads, no clock: `now` is handed in, and times
// of failures are the records' (updated_at).
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/plan/place_filter.h"
#include "actors/plan/place_table.h"
#include "events/base/clock.h"
#include "events/views/string_hash.h"
#include "events/views/view.h"

namespace skein::plan {

// REQUIRES both set, the spec being the task's own (View::spec_of). A task with node_id set (global services) is only
// tried there.
struct WaitingTask {
  TaskPtr task;
  SpecPtr spec;
};

struct Placed {
  std::string task_id;
  std::string node_id;
  GenericItems generic;  // for TaskAssigned
};

// For TaskHeldBack: "no suitable node (insufficient resources on 2 nodes; ...)"; for a preset node just the reason.
struct HeldBack {
  std::string task_id;
  std::string reason;
};

struct Placements {
  std::vector<Placed> placed;
  std::vector<HeldBack> held_back;
};

class Placer {
 public:
  static constexpr std::size_t kSmallGroup = 16;
  static constexpr std::size_t kWalk = 64;

  void upsert_node(NodePtr node) { table_.upsert(std::move(node)); }
  void remove_node(std::string_view id) { table_.remove(id); }
  void upsert_network(const Network& network) { network_drivers_[network.id()] = network.spec().driver(); }
  void remove_network(const std::string& id) { network_drivers_.erase(id); }
  void forget_service(std::string_view id) { table_.forget_service(id); }

  // The task is like this now. Any order, any repetition; before or after its node is known. Takes notice of failures
  // as they happen: a task first seen when it had failed already does not count.
  void task_is(const Task& task, const SpecPtr& spec);
  void task_gone(std::string_view task_id);
  void withdraw(std::string_view task_id);  // its assignment did not come to be

  // Tasks with a preset node first, then group by group in the order of their first tasks. Tasks that hold or claim a
  // node already are passed over.
  Placements place(std::span<const WaitingTask> tasks, WallTime now);

  // Why a task of this spec cannot go to this node now, as Swarm says it: "insufficient resources on 1 node".
  std::optional<std::string> check_node(const SpecVersion& spec, std::string_view node_id) const;

 private:
  struct Holding {
    NodeTable::Number node = 0;
    SpecPtr spec;
    GenericItems items;
    bool active = false;
    bool claimed = false;  // placed, but not yet known to be assigned
  };
  using Group = std::vector<const WaitingTask*>;

  void release(StringMap<Holding>::iterator at);
  void note_failure(const Holding& holding, const Task& task);
  std::vector<Group> split(std::span<const WaitingTask> tasks, Placements& out);
  void place_preset(const WaitingTask& waiting, Placements& out);
  void place_group(const Group& group, WallTime now, Placements& out);
  void claim(const WaitingTask& waiting, NodeTable::Number node, const Demand& demand, Placements& out);
  std::vector<std::string> drivers_for(const SpecVersion& spec) const;

  NodeTable table_;
  StringMap<std::string> network_drivers_;  // by network id
  StringMap<Holding> holdings_;             // by task id
};

}  // namespace skein::plan
