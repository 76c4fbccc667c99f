#include "tools/skein/progress.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "events/domain/service_dirty.h"

namespace skein::cli {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

bool outdated(const Seen& seen, const Task& task) {
  for (const SpecVersion& spec : seen.tasks.specs())
    if (spec.service_id() == task.service_id() && spec.version() == task.spec_version())
      return tasks_dirty(spec, seen.service);
  return true;
}

bool updating(const Service& service) {
  const auto state = service.update_status().state();
  return state == UpdateStatus::UPDATING || state == UpdateStatus::ROLLBACK_STARTED;
}

std::optional<std::string> stuck(const Service& service) {
  const UpdateStatus& status = service.update_status();
  if (status.state() == UpdateStatus::PAUSED) return "service update paused: " + status.message();
  if (status.state() == UpdateStatus::ROLLBACK_PAUSED) return "service rollback paused: " + status.message();
  return std::nullopt;
}

}  // namespace

Settled count_settled(const Seen& seen) {
  Settled out;
  std::set<std::pair<std::uint64_t, std::string>> places;  // slots, or nodes of a global service
  for (const Task& task : seen.tasks.tasks()) {
    if (task.desired() != TASK_RUNNING || task.status().state() != TASK_RUNNING || outdated(seen, task)) continue;
    places.emplace(task.slot(), task.slot() == 0 ? task.node_id() : std::string{});
  }
  out.running = places.size();
  out.wanted = seen.counts.desired();
  return out;
}

ProgressLine Progress::look_at_job(const Seen& seen) {
  const ServiceSpec& spec = seen.service.spec();
  const std::uint64_t total = spec.has_replicated_job() ? spec.replicated_job().total_completions()
                                                        : seen.counts.desired() + seen.counts.completed();
  if (seen.counts.completed() >= total && total > 0) return {"job complete", true, std::nullopt};
  return {fmt::format("job progress: {} out of {} complete", seen.counts.completed(), total), false, std::nullopt};
}

ProgressLine Progress::look(const Seen& seen, WallTime now) {
  const ServiceSpec& spec = seen.service.spec();
  if (spec.has_replicated_job() || spec.has_global_job()) return look_at_job(seen);
  if (auto why = stuck(seen.service)) return {*why, true, why};
  const Settled settled = count_settled(seen);
  const bool well = settled.running == settled.wanted && !updating(seen.service);
  if (!well) {
    since_.reset();
    return {fmt::format("overall progress: {} out of {} tasks", settled.running, settled.wanted), false, std::nullopt};
  }
  if (!since_) {
    since_ = now;
    return {fmt::format("overall progress: {} out of {} tasks", settled.running, settled.wanted), false, std::nullopt};
  }
  const std::int64_t left = monitor_ns_ - (now.ns - since_->ns);
  if (left <= 0) return {"verify: Service " + service_ + " converged", true, std::nullopt};
  return {fmt::format("verify: Waiting {} seconds to verify that tasks are stable...", (left + kSecond - 1) / kSecond),
          false, std::nullopt};
}

}  // namespace skein::cli
