// Retention: which ended tasks of a slot are no longer shown. The log keeps them for ever; only the View lets go.
//
// Source: swarmkit manager/orchestrator/taskreaper. Per slot at most `history_limit` tasks are kept, counting the
// running one; a restart policy with max_attempts keeps max_attempts + 1; a negative limit keeps all.
// Pure.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "actors/plan/slots.h"

namespace skein::plan {

// Ids of the tasks of `slot` to reap now. `service` is nullptr when it was removed.
std::vector<std::string> to_reap(const Slot& slot, const Service* service, std::int64_t history_limit);

// A task that was asked to be removed and has nothing left to stop.
bool removable(const Task& task);

}  // namespace skein::plan
