#include "actors/plan/slots.h"

#include <algorithm>

namespace skein::plan {
namespace {

bool newer(const BornTask& a, const BornTask& b) {
  if (a.task->created_at_ns() != b.task->created_at_ns()) return a.task->created_at_ns() > b.task->created_at_ns();
  return a.task->id() > b.task->id();
}

bool is_global(const Service& service) { return service.spec().has_global() || service.spec().has_global_job(); }

}  // namespace

void newest_first(Slot& slot) { std::sort(slot.tasks.begin(), slot.tasks.end(), newer); }

std::vector<Slot> group_by_slot(const Service& service, const std::vector<BornTask>& tasks) {
  const bool global = is_global(service);
  std::map<SlotKey, std::vector<BornTask>> by_key;
  for (const BornTask& born : tasks)
    by_key[global ? SlotKey{0, born.task->node_id()} : SlotKey{born.task->slot(), {}}].push_back(born);
  std::vector<Slot> slots;
  slots.reserve(by_key.size());
  for (auto& [key, members] : by_key) {
    slots.push_back({key, std::move(members)});
    newest_first(slots.back());
  }
  return slots;
}

bool wanted(const Task& task) { return task.desired() <= TASK_RUNNING; }
bool ended(const Task& task) { return task.status().state() > TASK_RUNNING; }
bool live(const Task& task) { return wanted(task) && !ended(task); }
bool running(const Task& task) { return wanted(task) && task.status().state() == TASK_RUNNING; }

Home home_of(const Task& task, const FindNode& find_node) {
  if (task.node_id().empty()) return Home::none;
  const Node* node = find_node(task.node_id());
  if (node == nullptr || node->status().state() == NodeStatus::DOWN) return Home::lost;
  return node->spec().availability() == NodeSpec::DRAIN ? Home::draining : Home::good;
}

}  // namespace skein::plan
