#include "actors/plan/roll_out.h"

#include <fmt/format.h>
#include <algorithm>

namespace skein::plan {
namespace {

bool rolling_back(const Service& service) {
  return service.update_status().state() == UpdateStatus::ROLLBACK_STARTED ||
         service.update_status().state() == UpdateStatus::ROLLBACK_PAUSED;
}
bool paused(const Service& service) {
  const auto state = service.update_status().state();
  return state == UpdateStatus::PAUSED || state == UpdateStatus::ROLLBACK_PAUSED;
}
bool under_way(const Service& service) {
  const auto state = service.update_status().state();
  return state == UpdateStatus::UPDATING || state == UpdateStatus::ROLLBACK_STARTED;
}

std::int64_t monitor_ns(const UpdateConfig& policy) {
  return policy.monitor_ns() > 0 ? policy.monitor_ns() : kMonitorDefault_ns;
}

// What a roll-out sees when it looks at one slot.
struct SlotSight {
  const Slot* slot = nullptr;
  bool dirty = false;              // its live tasks are all of another spec
  bool coming = false;             // a task of the new spec is on its way up
  std::int64_t running_since = 0;  // the new task's, while within this update
  bool old_running = false;
};

SlotSight look_at(const Slot& slot, const std::function<bool(const BornTask&)>& is_dirty) {
  SlotSight sight{&slot};
  bool any_live = false;
  bool any_clean = false;
  for (const BornTask& born : slot.tasks) {
    if (!live(*born.task)) continue;
    any_live = true;
    if (is_dirty(born)) {
      sight.old_running |= running(*born.task);
      continue;
    }
    any_clean = true;
    if (running(*born.task)) sight.running_since = born.task->running_since_ns();
    sight.coming |= !running(*born.task) && !born.task->replaces().empty();
  }
  sight.dirty = any_live && !any_clean;
  return sight;
}

// Ended before it ran, or within the monitor after it began to.
bool ended_early(const Task& task, std::int64_t monitor) {
  return task.running_since_ns() == 0 || task.status().at_ns() - task.running_since_ns() <= monitor;
}

std::uint64_t failures(const Service& service, const std::vector<Slot>& slots,
                       const std::function<bool(const BornTask&)>& is_dirty, std::string* last_failed) {
  const std::int64_t monitor = monitor_ns(policy_of(service));
  std::uint64_t count = 0;
  for (const Slot& slot : slots)
    for (const BornTask& born : slot.tasks) {
      const Task& task = *born.task;
      const bool bad = task.status().state() == TASK_FAILED || task.status().state() == TASK_REJECTED;
      const bool early = ended_early(task, monitor);
      if (!bad || !early || is_dirty(born) || task.created_at_ns() < service.update_status().started_at_ns()) continue;
      *last_failed = task.id();
      ++count;
      break;  // one failure a slot
    }
  return count;
}

UpdateStatus changed(const Service& service, UpdateStatus::State state, std::string message, std::int64_t now_ns) {
  UpdateStatus status = service.update_status();
  if (status.started_at_ns() == 0) status.set_started_at_ns(now_ns);
  status.set_state(state);
  status.set_message(std::move(message));
  if (state == UpdateStatus::COMPLETED || state == UpdateStatus::ROLLBACK_COMPLETED) status.set_completed_at_ns(now_ns);
  return status;
}

// Too many failures? Fills `out` with what the policy's failure action asks for.
bool judge_failures(const Service& service, const std::vector<Slot>& slots,
                    const std::function<bool(const BornTask&)>& is_dirty, std::int64_t now_ns, RollOut& out) {
  const UpdateConfig& policy = policy_of(service);
  if (!under_way(service) || policy.failure_action() == UpdateConfig::CONTINUE || slots.empty()) return false;
  std::string task;
  const std::uint64_t failed = failures(service, slots, is_dirty, &task);
  if (failed == 0 || static_cast<double>(failed) / static_cast<double>(slots.size()) <= policy.max_failure_ratio())
    return false;
  const std::string why = fmt::format("due to failure or early termination of task {}", task);
  if (policy.failure_action() == UpdateConfig::ROLLBACK && !rolling_back(service) && service.has_previous_spec()) {
    out.roll_back = true;
    out.status = changed(service, UpdateStatus::ROLLBACK_STARTED, "update rolled back " + why, now_ns);
  } else if (rolling_back(service)) {
    out.status = changed(service, UpdateStatus::ROLLBACK_PAUSED, "rollback paused " + why, now_ns);
  } else {
    out.status = changed(service, UpdateStatus::PAUSED, "update paused " + why, now_ns);
  }
  return true;
}

// Slots taken up by this update at the moment: coming up, or up for less than the delay between groups.
std::size_t busy(const std::vector<SlotSight>& sights, const Service& service, std::int64_t now_ns, RollOut& out) {
  const std::int64_t delay = policy_of(service).delay_ns();
  std::size_t count = 0;
  for (const SlotSight& sight : sights) {
    const bool fresh = sight.running_since >= service.update_status().started_at_ns() && under_way(service);
    const bool resting = fresh && sight.running_since > 0 && delay > 0 && now_ns < sight.running_since + delay;
    if (sight.coming || resting) ++count;
    if (resting && (out.look_again_at_ns == 0 || sight.running_since + delay < out.look_again_at_ns))
      out.look_again_at_ns = sight.running_since + delay;
  }
  return count;
}

void choose(std::vector<SlotSight>& sights, const Service& service, std::int64_t now_ns, RollOut& out) {
  const std::size_t taken = busy(sights, service, now_ns, out);
  const std::uint64_t parallelism = policy_of(service).parallelism();
  std::size_t room = parallelism == 0 ? sights.size() : parallelism > taken ? parallelism - taken : 0;
  // Slots that serve nobody go first: replacing them costs nothing.
  std::stable_sort(sights.begin(), sights.end(),
                   [](const SlotSight& a, const SlotSight& b) { return !a.old_running && b.old_running; });
  for (const SlotSight& sight : sights) {
    if (!sight.dirty || room == 0) continue;
    out.replace.push_back(sight.slot);
    --room;
  }
}

// Everything is of the new spec: is the update over, or does the monitor still run?
void finish(const std::vector<SlotSight>& sights, const Service& service, std::int64_t now_ns, RollOut& out) {
  std::int64_t last_start = service.update_status().started_at_ns();
  for (const SlotSight& sight : sights) {
    if (sight.coming) return;
    last_start = std::max(last_start, sight.running_since);
  }
  const std::int64_t over = last_start + monitor_ns(policy_of(service));
  if (now_ns < over) {
    out.look_again_at_ns = over;
    return;
  }
  out.status = rolling_back(service) ? changed(service, UpdateStatus::ROLLBACK_COMPLETED, "rollback completed", now_ns)
                                     : changed(service, UpdateStatus::COMPLETED, "update completed", now_ns);
}

}  // namespace

const UpdateConfig& policy_of(const Service& service) {
  static const UpdateConfig defaults = [] {
    UpdateConfig config;
    config.set_parallelism(1);
    return config;
  }();
  const ServiceSpec& spec = service.spec();
  if (rolling_back(service)) return spec.has_rollback() ? spec.rollback() : defaults;
  return spec.has_update() ? spec.update() : defaults;
}

RollOut roll_out(const Service& service, const std::vector<Slot>& slots,
                 const std::function<bool(const BornTask&)>& is_dirty, std::int64_t now_ns) {
  RollOut out;
  if (paused(service) || judge_failures(service, slots, is_dirty, now_ns, out)) return out;
  std::vector<SlotSight> sights;
  sights.reserve(slots.size());
  for (const Slot& slot : slots) sights.push_back(look_at(slot, is_dirty));
  const bool any_dirty = std::any_of(sights.begin(), sights.end(), [](const SlotSight& s) { return s.dirty; });
  if (any_dirty && !under_way(service)) {
    out.status = changed(service, UpdateStatus::UPDATING, "update in progress", now_ns);
    out.status->set_started_at_ns(now_ns);
    out.status->set_completed_at_ns(0);
    return out;  // the first step waits for this to be in the log, so that its tasks count as this update's
  }
  if (any_dirty) {
    choose(sights, service, now_ns, out);
  } else if (under_way(service)) {
    finish(sights, service, now_ns, out);
  }
  return out;
}

}  // namespace skein::plan
