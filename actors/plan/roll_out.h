// Roll-out: which slots of a service get the new spec next, and when an update is over, paused or rolled back.
//
// The progress of an update is not kept anywhere: it is read off the tasks (which spec each was born with, when it
// began to run), so that a new leader goes on at the same step. Source: swarmkit manager/orchestrator/update.
// Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "actors/plan/slots.h"

namespace skein::plan {

inline constexpr std::int64_t kMonitorDefault_ns = 5'000'000'000;

struct RollOut {
  std::vector<const Slot*> replace;    // to be given a new task now
  std::optional<UpdateStatus> status;  // to be logged, when it changed
  bool roll_back = false;              // the failure action asks for the previous spec
  std::int64_t look_again_at_ns = 0;   // 0: nothing to wait for but events
};

// `slots`: those that stay. `is_dirty`: was the task born with another task or endpoint spec than the service's?
RollOut roll_out(const Service& service, const std::vector<Slot>& slots,
                 const std::function<bool(const BornTask&)>& is_dirty, std::int64_t now_ns);

// The policy in force: the rollback's while rolling back.
const UpdateConfig& policy_of(const Service& service);

}  // namespace skein::plan
