#include "actors/plan/assignment.h"

namespace skein::plan {

bool concerns_node(const Task& task) { return !task.node_id().empty() && task.status().state() >= TASK_ASSIGNED; }

AssignedTask assignment_of(const Task& task, const SpecVersion& born_with) {
  AssignedTask assigned;
  assigned.set_id(task.id());
  assigned.set_service_id(task.service_id());
  assigned.set_service_name(born_with.spec().name());
  assigned.set_slot(task.slot());
  assigned.set_node_id(task.node_id());
  assigned.set_desired(task.desired());
  *assigned.mutable_spec() = born_with.spec().task();
  *assigned.mutable_endpoint() = born_with.endpoint();
  *assigned.mutable_networks() = task.networks();
  *assigned.mutable_generic() = task.generic();
  assigned.set_start_not_before_ns(task.start_not_before_ns());
  *assigned.mutable_service_labels() = born_with.spec().labels();
  assigned.set_index(task.revision());
  *assigned.mutable_status() = task.status();
  return assigned;
}

}  // namespace skein::plan
