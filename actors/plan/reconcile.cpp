#include "actors/plan/reconcile.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "actors/plan/restart.h"
#include "actors/plan/roll_out.h"

namespace skein::plan {
namespace {

// One run of the planner over one service.
class Reconciler {
 public:
  explicit Reconciler(const ReconcileInput& input) : in_{input}, slots_{group_by_slot(*input.service, input.tasks)} {}

  ReconcilePlan run() {
    for (Slot& slot : slots_) mend(slot);
    if (in_.service->spec().has_replicated()) fit_replicas();
    if (in_.service->spec().has_global()) fit_nodes();
    roll();
    for (const Slot& slot : slots_) settle(slot);
    return std::move(plan_);
  }

 private:
  void wish(const Task& task, TaskState desired) {
    if (task.desired() < desired) plan_.wishes.push_back({task.id(), desired});
  }
  void look_again(std::int64_t at_ns) {
    if (at_ns != 0 && (plan_.look_again_at_ns == 0 || at_ns < plan_.look_again_at_ns)) plan_.look_again_at_ns = at_ns;
  }
  bool born_now(const SlotKey& key) const { return born_.contains(key); }
  void birth(const SlotKey& key, TaskState desired, std::int64_t not_before_ns, std::string replaces) {
    plan_.births.push_back({key, desired, not_before_ns, std::move(replaces)});
    born_.insert(key);
  }
  const Slot* find_slot(const SlotKey& key) const {
    const auto it = std::lower_bound(slots_.begin(), slots_.end(), key,
                                     [](const Slot& slot, const SlotKey& k) { return slot.key < k; });
    return it != slots_.end() && it->key == key ? &*it : nullptr;
  }
  bool replicated() const { return in_.service->spec().has_replicated(); }

  // Tasks that ended, or whose node is gone, are let go and replaced as the restart policy says.
  void mend(Slot& slot) {
    const bool served = std::any_of(slot.tasks.begin(), slot.tasks.end(),
                                    [&](const BornTask& b) { return live(*b.task) && !astray(*b.task); });
    bool replaced = served;
    for (const BornTask& born : slot.tasks) {
      const Task& task = *born.task;
      if (!wanted(task) || (!ended(task) && !astray(task))) continue;
      if (!replaced && too_early(slot, born)) return;
      if (!replaced) replaced = replace(slot, task);
      wish(task, TASK_SHUTDOWN);
    }
  }
  // It failed while it was held back for its predecessor's restart delay (a missing image, say): the next attempt waits
  // for that delay, or a service that cannot start would spin (swarmkit restart.go: one delay at a time).
  bool too_early(const Slot& slot, const BornTask& born) {
    const Task& task = *born.task;
    if (astray(task) || in_.is_dirty(born) || in_.now_ns >= task.start_not_before_ns()) return false;
    look_again(task.start_not_before_ns());
    resting_.insert(slot.key);
    return true;
  }
  bool astray(const Task& task) const {
    const Home home = home_of(task, in_.find_node);
    return home == Home::lost || home == Home::draining;
  }
  bool replace(const Slot& slot, const Task& task) {
    if (!may_restart(*in_.service, slot, task, in_.now_ns)) return false;
    if (!replicated() && (astray(task) || !node_fits(slot.key.node))) return false;  // global: its node decides
    const bool at_once = astray(task);  // the node's fault, not the task's: no delay
    const std::int64_t delay = at_once ? 0 : restart_delay_ns(in_.service->spec());
    birth(slot.key, TASK_READY, in_.now_ns + delay, task.id());
    return true;
  }

  // ---- replicated --------------------------------------------------------------------------------------------
  // A slot counts while something lives in it, is born into it now, or has ended for good under this spec.
  bool counts(const Slot& slot) const { return active(slot) || done_for_good(slot); }
  bool active(const Slot& slot) const {
    return born_now(slot.key) || resting_.contains(slot.key) ||
           std::any_of(slot.tasks.begin(), slot.tasks.end(),
                       [&](const BornTask& b) { return live(*b.task) && !astray(*b.task); });
  }
  bool done_for_good(const Slot& slot) const {
    if (slot.tasks.empty() || active(slot)) return false;
    const BornTask& newest = slot.tasks.front();
    return newest.task->desired() != TASK_REMOVE && ended(*newest.task) &&
           newest.task->status().state() != TASK_SHUTDOWN && newest.task->status().state() != TASK_ORPHANED &&
           !in_.is_dirty(newest) && !may_restart(*in_.service, slot, *newest.task, in_.now_ns);
  }

  void fit_replicas() {
    const std::uint64_t replicas = in_.service->spec().replicated().replicas();
    std::vector<Slot*> counted;
    for (Slot& slot : slots_)
      if (counts(slot)) counted.push_back(&slot);
    if (counted.size() < replicas) add_slots(replicas - counted.size());
    if (counted.size() > replicas) drop_slots(counted, counted.size() - replicas);
  }
  void add_slots(std::uint64_t missing) {
    auto taken = [&](std::uint64_t n) {
      const Slot* slot = find_slot({n, {}});
      return slot != nullptr && counts(*slot);
    };
    std::vector<SlotKey> keys;
    for (std::uint64_t number = 1; keys.size() < missing; ++number)
      if (!taken(number)) keys.push_back({number, {}});
    for (const SlotKey& key : keys) birth(key, TASK_RUNNING, 0, {});
  }

  // Slots that serve nobody go first, then those on the nodes with the most of this service; high numbers first.
  void drop_slots(const std::vector<Slot*>& counted, std::size_t surplus) {
    std::map<std::string, std::vector<Slot*>> by_node;  // running slots, in slot order
    std::vector<Slot*> idle;
    for (Slot* slot : counted) (runs(*slot) ? by_node[node_of(*slot)] : idle).push_back(slot);
    for (; surplus > 0 && !idle.empty(); --surplus, idle.pop_back()) remove_slot(*idle.back());
    std::set<std::tuple<std::size_t, std::uint64_t, std::string>> fullest;
    for (const auto& [node, slots] : by_node) fullest.insert({slots.size(), slots.back()->key.slot, node});
    for (; surplus > 0; --surplus) {
      const std::string node = std::get<2>(*fullest.rbegin());
      fullest.erase(std::prev(fullest.end()));
      std::vector<Slot*>& slots = by_node[node];
      remove_slot(*slots.back());
      slots.pop_back();
      if (!slots.empty()) fullest.insert({slots.size(), slots.back()->key.slot, node});
    }
  }
  void remove_slot(Slot& slot) {
    for (const BornTask& born : slot.tasks) wish(*born.task, TASK_REMOVE);
    if (born_.erase(slot.key) > 0) std::erase_if(plan_.births, [&](const Birth& b) { return b.key == slot.key; });
    slot.tasks.clear();  // no part in the roll-out
  }
  static bool runs(const Slot& slot) {
    return std::any_of(slot.tasks.begin(), slot.tasks.end(), [](const BornTask& b) { return running(*b.task); });
  }
  static std::string node_of(const Slot& slot) {
    for (const BornTask& born : slot.tasks)
      if (live(*born.task)) return born.task->node_id();
    return {};
  }

  // ---- global ------------------------------------------------------------------------------------------------
  bool node_fits(const std::string& id) const {
    const Node* node = in_.find_node(id);
    return node != nullptr && node->status().state() == NodeStatus::READY &&
           node->spec().availability() == NodeSpec::ACTIVE && in_.fits(*node);
  }
  void fit_nodes() {
    for (Slot& slot : slots_) {
      const Node* node = in_.find_node(slot.key.node);
      if (node == nullptr || !in_.fits(*node)) remove_slot(slot);
    }
    for (const Node* node : in_.nodes) {
      const SlotKey key{0, node->id()};
      const Slot* slot = find_slot(key);
      const bool there = born_now(key) || (slot != nullptr && counts(*slot));
      if (!there && node_fits(node->id())) birth(key, TASK_RUNNING, 0, {});
    }
  }

  // ---- update ------------------------------------------------------------------------------------------------
  void roll() {
    std::vector<Slot> kept;
    for (const Slot& slot : slots_)
      if (!slot.tasks.empty() && active(slot)) kept.push_back(slot);
    const RollOut out = roll_out(*in_.service, kept, in_.is_dirty, in_.now_ns);
    plan_.progress = out.status;
    plan_.roll_back = out.roll_back;
    look_again(out.look_again_at_ns);
    const bool start_first = policy_of(*in_.service).order() == UpdateConfig::START_FIRST;
    for (const Slot* slot : out.replace) renew(*slot, start_first);
  }
  void renew(const Slot& slot, bool start_first) {
    if (born_now(slot.key)) return;  // its restart gets the new spec anyway
    const auto old =
        std::find_if(slot.tasks.begin(), slot.tasks.end(), [](const BornTask& b) { return live(*b.task); });
    birth(slot.key, start_first ? TASK_RUNNING : TASK_READY, 0, old->task->id());
    if (start_first) return;
    for (const BornTask& born : slot.tasks)
      if (live(*born.task)) wish(*born.task, TASK_SHUTDOWN);
  }

  // One task a slot in the end, and the one held back let go when its time has come.
  void settle(const Slot& slot) {
    const BornTask* best = nullptr;
    for (const BornTask& born : slot.tasks)
      if (live(*born.task) && !astray(*born.task) && !in_.is_dirty(born) &&
          (best == nullptr || better(*born.task, *best->task)))
        best = &born;
    if (best == nullptr) return;
    for (const BornTask& born : slot.tasks)
      if (born.task != best->task && live(*born.task) && outlived(born, *best->task)) wish(*born.task, TASK_SHUTDOWN);
    if (best->task->desired() < TASK_RUNNING) promote(slot, *best->task);
  }
  static bool better(const Task& a, const Task& b) { return a.status().state() > b.status().state(); }
  bool outlived(const BornTask& other, const Task& best) const {
    if (!in_.is_dirty(other)) return true;  // two of the same spec: one is enough
    const bool start_first = policy_of(*in_.service).order() == UpdateConfig::START_FIRST;
    return !start_first || running(best);
  }
  void promote(const Slot& slot, const Task& held) {
    const Promotion verdict = promotion(slot, held, in_.find_node, in_.now_ns);
    if (verdict.now) wish(held, TASK_RUNNING);
    look_again(verdict.look_again_at_ns);
  }

  const ReconcileInput& in_;
  std::vector<Slot> slots_;
  std::set<SlotKey> born_;     // the keys of plan_.births
  std::set<SlotKey> resting_;  // slots whose restart delay is not over
  ReconcilePlan plan_;
};

ReconcilePlan remove_all(const ReconcileInput& input) {
  ReconcilePlan plan;
  for (const BornTask& born : input.tasks)
    if (born.task->desired() < TASK_REMOVE) plan.wishes.push_back({born.task->id(), TASK_REMOVE});
  return plan;
}

}  // namespace

ReconcilePlan reconcile(const ReconcileInput& input) {
  return input.service == nullptr ? remove_all(input) : Reconciler{input}.run();
}

}  // namespace skein::plan
