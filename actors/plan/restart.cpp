#include "actors/plan/restart.h"

#include <algorithm>

namespace skein::plan {
namespace {

const Task* find(const Slot& slot, const std::string& id) {
  for (const BornTask& born : slot.tasks)
    if (born.task->id() == id) return born.task;
  return nullptr;
}

// Restarts so far: tasks of this spec in the slot that replaced another one, inside the window.
std::uint64_t restarts(const Service& service, const Slot& slot, std::int64_t now_ns) {
  const std::int64_t window = service.spec().task().restart().window_ns();
  const std::int64_t since = window > 0 ? now_ns - window : 0;
  return static_cast<std::uint64_t>(std::count_if(slot.tasks.begin(), slot.tasks.end(), [&](const BornTask& born) {
    return born.task->spec_version() == service.spec_version() && !born.task->replaces().empty() &&
           born.task->created_at_ns() >= since;
  }));
}

bool condition_holds(RestartPolicy::Condition condition, const Task& ended) {
  if (condition == RestartPolicy::NONE) return false;
  return condition == RestartPolicy::ANY || ended.status().state() != TASK_COMPLETE;
}

}  // namespace

bool may_restart(const Service& service, const Slot& slot, const Task& ended, std::int64_t now_ns) {
  const RestartPolicy& policy = service.spec().task().restart();
  if (!condition_holds(policy.condition(), ended)) return false;
  return policy.max_attempts() == 0 || restarts(service, slot, now_ns) < policy.max_attempts();
}

std::int64_t restart_delay_ns(const ServiceSpec& spec) {
  const RestartPolicy& policy = spec.task().restart();
  return policy.has_delay_ns() ? policy.delay_ns() : kRestartDelayDefault_ns;
}

Promotion promotion(const Slot& slot, const Task& held, const FindNode& find_node, std::int64_t now_ns) {
  if (now_ns < held.start_not_before_ns()) return {false, held.start_not_before_ns()};
  const Task* old = find(slot, held.replaces());
  if (old == nullptr || ended(*old) || home_of(*old, find_node) == Home::lost) return {true, 0};
  if (old->status().state() < TASK_ASSIGNED) return {true, 0};  // never reached a node: nothing to wait for
  const std::int64_t give_up = held.created_at_ns() + kOldTaskWait_ns;
  return now_ns >= give_up ? Promotion{true, 0} : Promotion{false, give_up};
}

}  // namespace skein::plan
