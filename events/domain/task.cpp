#include "events/domain/task.h"

#include <utility>

#include "events/domain/stamp.h"
#include "events/domain/task_state.h"

namespace skein::task {
namespace {

// The words `docker service ps --no-trunc` and `docker inspect` show for states that managers write.
constexpr const char* kCreated = "created";
constexpr const char* kPending = "pending task scheduling";
constexpr const char* kAssigned = "scheduler assigned task to node";
constexpr const char* kConfirmed = "scheduler confirmed task can run on preassigned node";
constexpr const char* kNeverAssigned = "shut down before it was assigned to a node";

Decision one(Event event) {
  Decision decision;
  decision.events.push_back(std::move(event));
  return decision;
}

Refusal not_found(const Task& state) { return {Errc::not_found, "task " + state.id() + " not found"}; }

Refusal wrong_state(const Task& state, const std::string& why) {
  return {Errc::failed_precondition,
          "task " + state.id() + " is " + std::string{task_state_name(state.status().state())} + ": " + why};
}

Event observed(const Task& state, TaskStatus status) {
  Event event = event_for(state.id());
  *event.mutable_task_observed()->mutable_status() = std::move(status);
  return event;
}

// at_ns stays 0: evolve takes the record's time, because no node observed this.
TaskStatus written_by_manager(TaskState state, const char* message) {
  TaskStatus status;
  status.set_state(state);
  status.set_message(message);
  return status;
}

bool reportable(TaskState state) {
  return is_known_state(state) && state > TASK_ASSIGNED && state != TASK_REMOVE && state != TASK_ORPHANED;
}

// Reports repeat themselves with a new time; only what else they say counts.
bool says_the_same(const TaskStatus& a, TaskStatus b) {
  b.set_at_ns(a.at_ns());
  return same(a, b);
}

void fold(Task& state, const TaskCreated& birth, const RecordHead& head) {
  state.set_service_id(birth.service_id());
  state.set_spec_version(birth.spec_version() == 0 ? head.index : birth.spec_version());
  state.set_slot(birth.slot());
  state.set_node_id(birth.node_id());
  state.set_desired(birth.desired());
  state.set_job_iteration(birth.job_iteration());
  state.set_start_not_before_ns(birth.start_not_before_ns());
  state.set_replaces(birth.replaces());
  *state.mutable_status() = written_by_manager(birth.state(), birth.state() == TASK_NEW ? kCreated : kPending);
  state.mutable_status()->set_at_ns(head.at_ns);
}

void fold(Task& state, const TaskAssigned& assigned, const RecordHead& head) {
  const bool preset = !state.node_id().empty();
  state.set_node_id(assigned.node_id());
  *state.mutable_networks() = assigned.networks();
  *state.mutable_generic() = assigned.generic();
  *state.mutable_status() = written_by_manager(TASK_ASSIGNED, preset ? kConfirmed : kAssigned);
  state.mutable_status()->set_at_ns(head.at_ns);
}

void fold(Task& state, const TaskObserved& seen, const RecordHead& head) {
  *state.mutable_status() = seen.status();
  if (seen.status().at_ns() == 0) state.mutable_status()->set_at_ns(head.at_ns);
}

}  // namespace

Event created(const TaskId& id, TaskBirth birth) {
  CHECK(birth.state() == TASK_NEW || birth.state() == TASK_PENDING, "a task is born new or pending");
  CHECK(birth.desired() == TASK_READY || birth.desired() == TASK_RUNNING || birth.desired() == TASK_COMPLETE,
        "a task is born to run");
  Event event = event_for(id.str());
  *event.mutable_task_created() = std::move(birth);
  return event;
}

Result<Decision> admit(const Task& state) {
  if (state.revision() == 0) return not_found(state);
  if (state.status().state() != TASK_NEW) return Decision{};
  return one(observed(state, written_by_manager(TASK_PENDING, kPending)));
}

Result<Decision> assign(const Task& state, const NodeId& node, std::vector<TaskNetwork> networks,
                        std::vector<GenericResource> generic) {
  if (state.revision() == 0) return not_found(state);
  if (state.status().state() != TASK_PENDING) return wrong_state(state, "only a pending task can be assigned");
  if (!is_runnable_desired(state.desired())) return wrong_state(state, "it is to be stopped");
  if (!state.node_id().empty() && state.node_id() != node.str())
    return wrong_state(state, "it is bound to node " + state.node_id());
  Event event = event_for(state.id());
  TaskAssigned& assigned = *event.mutable_task_assigned();
  assigned.set_node_id(node.str());
  for (TaskNetwork& network : networks) *assigned.add_networks() = std::move(network);
  for (GenericResource& resource : generic) *assigned.add_generic() = std::move(resource);
  return one(std::move(event));
}

Result<Decision> hold_back(const Task& state, const std::string& reason) {
  if (state.revision() == 0) return not_found(state);
  if (state.status().state() != TASK_PENDING) return wrong_state(state, "it does not wait for a node");
  if (state.status().error() == reason) return Decision{};
  Event event = event_for(state.id());
  event.mutable_task_held_back()->set_reason(reason);
  return one(std::move(event));
}

Result<Decision> desire(const Task& state, TaskState desired) {
  CHECK(desired == TASK_READY || desired == TASK_RUNNING || desired == TASK_COMPLETE || desired == TASK_SHUTDOWN ||
            desired == TASK_REMOVE,
        "not a state to be desired");
  if (state.revision() == 0) return not_found(state);
  if (desired <= state.desired()) return Decision{};
  Event event = event_for(state.id());
  event.mutable_task_desired_state_set()->set_desired(desired);
  Decision decision = one(std::move(event));
  if (!is_runnable_desired(desired) && state.status().state() < TASK_ASSIGNED)
    decision.events.push_back(observed(state, written_by_manager(TASK_SHUTDOWN, kNeverAssigned)));
  return decision;
}

Result<Decision> observe(const Task& state, const TaskStatus& report) {
  if (state.revision() == 0) return not_found(state);
  if (state.status().state() < TASK_ASSIGNED) return wrong_state(state, "no node can report on it");
  if (!reportable(report.state())) {
    return Refusal{Errc::invalid, "task " + state.id() + ": a node cannot report state " +
                                      std::to_string(static_cast<int>(report.state()))};
  }
  const TaskState known = state.status().state();
  if (report.state() < known) return Decision{};
  if (report.state() > known && is_terminal(known)) return Decision{};
  if (says_the_same(state.status(), report)) return Decision{};
  return one(observed(state, report));
}

Result<Decision> orphan(const Task& state, const std::string& message, const DecideContext& context) {
  if (state.revision() == 0) return not_found(state);
  if (is_terminal(state.status().state())) return Decision{};
  TaskStatus status = state.status();  // the container it had stays on show
  status.set_state(TASK_ORPHANED);
  status.set_message(message);
  status.set_at_ns(context.now.ns);
  return one(observed(state, std::move(status)));
}

Result<Decision> reap(const Task& state) {
  if (state.revision() == 0) return not_found(state);
  if (may_hold_resources(state)) return wrong_state(state, "node " + state.node_id() + " may still hold it");
  Event event = event_for(state.id());
  event.mutable_task_reaped();
  return one(std::move(event));
}

void evolve(Task& state, const Event& event, const RecordHead& head) {
  switch (event.body_case()) {
    case Event::kTaskCreated:
      stamp_created(state, event.id(), head);
      return fold(state, event.task_created(), head);
    case Event::kTaskAssigned:
      fold(state, event.task_assigned(), head);
      break;
    case Event::kTaskHeldBack:
      state.mutable_status()->set_error(event.task_held_back().reason());
      break;
    case Event::kTaskDesiredStateSet:
      state.set_desired(event.task_desired_state_set().desired());
      break;
    case Event::kTaskObserved:
      fold(state, event.task_observed(), head);
      if (state.status().state() == TASK_RUNNING && state.running_since_ns() == 0)
        state.set_running_since_ns(state.status().at_ns());
      break;
    case Event::kTaskReaped:
      break;
    default:
      CHECK(false, "not an event of a task");
  }
  stamp_changed(state, head);
}

}  // namespace skein::task
