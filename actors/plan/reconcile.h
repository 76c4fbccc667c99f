// Reconcile: what a service wants done next, from its spec and its tasks. The orchestrators' one policy.
//
// plan(wanted = service, seen = its tasks and the nodes) -> births, wishes, progress. Run again after every change: it
// keeps nothing, so a new leader that looks at the same state decides the same. What it asks for is done when the log
// shows it; the caller does not ask again for what is already under way.
//
// Source: swarmkit manager/orchestrator/{replicated,global,update,restart}; jobs are not planned here.
// Invariants: at most one birth a slot in one plan; a wish never lowers a desired state; a slot whose task ended and
// may not be restarted stays ended until the service's spec changes. Pure: no clock, no chance.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "actors/plan/slots.h"

namespace skein::plan {

struct Birth {
  SlotKey key;
  TaskState desired = TASK_RUNNING;
  std::int64_t start_not_before_ns = 0;
  std::string replaces;
};
struct Wish {
  std::string task_id;
  TaskState desired = TASK_SHUTDOWN;
};

struct ReconcileInput {
  const Service* service = nullptr;  // nullptr: the service was removed, its tasks must go
  std::vector<BornTask> tasks;
  FindNode find_node;
  std::vector<const Node*> nodes;         // all, in id order; read for global services only
  std::function<bool(const Node&)> fits;  // global services: do the placement constraints accept the node?
  std::function<bool(const BornTask&)> is_dirty;
  std::int64_t now_ns = 0;
};

struct ReconcilePlan {
  std::vector<Birth> births;
  std::vector<Wish> wishes;
  std::optional<UpdateStatus> progress;
  bool roll_back = false;
  std::int64_t look_again_at_ns = 0;  // 0: only when something changes
};

ReconcilePlan reconcile(const ReconcileInput& input);

}  // namespace skein::plan
