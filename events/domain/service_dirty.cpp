#include "events/domain/service_dirty.h"

#include "events/domain/stamp.h"

namespace skein {
namespace {

// The part of a task spec that a running task cannot follow.
TaskSpec essence(const TaskSpec& spec) {
  TaskSpec task = spec;
  task.mutable_container()->clear_pull();
  return task;
}

bool endpoint_differs(const ServiceSpec& a, const ServiceSpec& b) { return !same(a.endpoint(), b.endpoint()); }

}  // namespace

bool tasks_dirty(const SpecVersion& born_with, const Service& now) {
  if (born_with.version() == now.spec_version()) return false;
  if (endpoint_differs(born_with.spec(), now.spec())) return true;
  return !same(essence(born_with.spec().task()), essence(now.spec().task()));
}

bool only_placement_differs(const SpecVersion& born_with, const Service& now) {
  if (!tasks_dirty(born_with, now) || endpoint_differs(born_with.spec(), now.spec())) return false;
  TaskSpec before = essence(born_with.spec().task());
  TaskSpec after = essence(now.spec().task());
  before.clear_placement();
  after.clear_placement();
  return same(before, after);
}

}  // namespace skein
