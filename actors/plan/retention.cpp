#include "actors/plan/retention.h"

#include <algorithm>

namespace skein::plan {
namespace {

std::int64_t limit_of(const Service* service, std::int64_t history_limit) {
  if (service == nullptr || history_limit < 0) return history_limit;
  const auto attempts = static_cast<std::int64_t>(service->spec().task().restart().max_attempts());
  return attempts > 0 ? std::max(history_limit, attempts + 1) : history_limit;
}

}  // namespace

bool removable(const Task& task) {
  const TaskState state = task.status().state();
  return task.desired() == TASK_REMOVE && (state < TASK_ASSIGNED || state >= TASK_COMPLETE);
}

std::vector<std::string> to_reap(const Slot& slot, const Service* service, std::int64_t history_limit) {
  std::vector<std::string> ids;
  std::int64_t surplus = static_cast<std::int64_t>(slot.tasks.size()) - limit_of(service, history_limit);
  if (history_limit < 0) surplus = 0;
  for (auto born = slot.tasks.rbegin(); born != slot.tasks.rend(); ++born) {  // oldest first
    const Task& task = *born->task;
    const bool history = !wanted(task) && (ended(task) || task.status().state() < TASK_ASSIGNED);
    if (!removable(task) && !(history && surplus > 0)) continue;
    ids.push_back(task.id());
    --surplus;
  }
  return ids;
}

}  // namespace skein::plan
