// Restart: whether and when a slot whose task ended gets another one.
//
// Source: swarmkit manager/orchestrator/restart. Difference: attempts are counted from the tasks the log still shows
// (retention keeps max_attempts + 1 of them), so a new leader goes on counting where the last one stopped.
// Pure.
#pragma once
#include <cstdint>

#include "actors/plan/slots.h"

namespace skein::plan {

inline constexpr std::int64_t kRestartDelayDefault_ns = 5'000'000'000;
inline constexpr std::int64_t kOldTaskWait_ns = 60'000'000'000;  // a replacement waits no longer for its predecessor

// May `ended` be replaced in `slot`, by the current spec's restart policy?
bool may_restart(const Service& service, const Slot& slot, const Task& ended, std::int64_t now_ns);
std::int64_t restart_delay_ns(const ServiceSpec& spec);

// A task held back at READY: may it run now, or when to look again (0: when something changes).
struct Promotion {
  bool now = false;
  std::int64_t look_again_at_ns = 0;
};
Promotion promotion(const Slot& slot, const Task& held, const FindNode& find_node, std::int64_t now_ns);

}  // namespace skein::plan
