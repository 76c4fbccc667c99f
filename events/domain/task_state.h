// Words about task states: names as Docker shows them, and the predicates everybody must agree on.
//
//   NEW -> PENDING -> ASSIGNED -> ACCEPTED -> PREPARING -> READY -> STARTING -> RUNNING
//   then, for good, one of COMPLETE SHUTDOWN FAILED REJECTED ORPHANED     (REMOVE: as desired state only)
//
// See docs/design/task-model.md. Pure: any thread.
#pragma once
#include <optional>
#include <string_view>

#include "events/proto/state.pb.h"

namespace skein {

// "new", "pending", ... "orphaned", "remove". REQUIRES a known state.
std::string_view task_state_name(TaskState state);
std::optional<TaskState> parse_task_state(std::string_view name);  // exact, lower case
bool is_known_state(TaskState state);                              // proto3 lets unknown numbers through

// It has ended and will never run again.
bool is_terminal(TaskState observed);
// The wish is that it runs, or gets ready to, or completes (jobs); not that it stops.
bool is_runnable_desired(TaskState desired);
// Fills its slot: is wished to run and has not ended.
bool is_live(const Task& task);
// A node has it and has not reported its end: it may hold a container, addresses and reserved resources.
bool may_hold_resources(const Task& task);

}  // namespace skein
