// Whether tasks must be replaced because their service changed: the one rule that roll-outs, `_up-to-date` and
// progress all go by.
//
// Dirty: the task spec or the endpoint spec differs from what the task was born with. Not dirty: service labels, mode
// and replicas, update and rollback configuration, registry credentials. Specs are compared by content, so a rollback
// finds its old tasks clean. A placement-only difference is dirty here; the planner spares a task whose node still
// fits (only_placement_differs). Source: swarmkit manager/orchestrator/task.go. Pure: any thread.
#pragma once
#include "events/proto/state.pb.h"

namespace skein {

bool tasks_dirty(const SpecVersion& born_with, const Service& now);
// Dirty, but every difference is in the task's placement.
bool only_placement_differs(const SpecVersion& born_with, const Service& now);

}  // namespace skein
