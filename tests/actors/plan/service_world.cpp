#include "tests/actors/plan/service_world.h"

#include <fmt/format.h>

#include "actors/plan/constraint.h"
#include "actors/plan/retention.h"
#include "events/domain/service.h"
#include "events/domain/service_dirty.h"
#include "events/domain/task.h"

namespace skein::plan {

void ServiceWorld::record(const Decision& decision) {
  ++index_;
  const RecordHead head{index_, now_ns};
  for (const Event& event : decision.events) {
    if (service_ && event.id() == service_->id()) {
      service::evolve(*service_, event, head);
    } else if (event.has_task_reaped()) {
      tasks.erase(event.id());
    } else {
      task::evolve(tasks[event.id()], event, head);
    }
  }
  if (service_) keep_spec();
}

void ServiceWorld::keep_spec() {
  SpecVersion& kept = specs_[service_->spec_version()];
  if (kept.version() != 0) return;
  kept.set_version(service_->spec_version());
  *kept.mutable_spec() = service_->spec();
  *kept.mutable_endpoint() = service_->endpoint();
  versions_.push_back(kept.version());
}

void ServiceWorld::set_spec(const ServiceSpec& spec) {
  Event event = event_for("s1");
  if (service_) {
    *event.mutable_service_updated()->mutable_spec() = spec;
  } else {
    service_.emplace().set_id("s1");
    *event.mutable_service_created()->mutable_spec() = spec;
  }
  Decision decision;
  decision.events.push_back(event);
  record(decision);
}

std::vector<BornTask> ServiceWorld::born_tasks() const {
  std::vector<BornTask> born;
  for (const auto& [id, task] : tasks) born.push_back({&task, &spec_of(task)});
  return born;
}

bool ServiceWorld::is_dirty(const Task& task) const { return tasks_dirty(spec_of(task), *service_); }

std::vector<Slot> ServiceWorld::slots() const { return group_by_slot(*service_, born_tasks()); }

ReconcilePlan ServiceWorld::plan() const {
  ReconcileInput input;
  input.service = service();
  input.tasks = born_tasks();
  input.find_node = [this](std::string_view id) -> const Node* {
    const auto it = nodes.find(std::string{id});
    return it == nodes.end() ? nullptr : &it->second;
  };
  for (const auto& [id, node] : nodes) input.nodes.push_back(&node);
  if (service_)
    input.fits = [constraints = Constraints{service_->spec().task().placement()}](const Node& node) {
      return constraints.satisfied_by(node);
    };
  input.is_dirty = [this](const BornTask& born) { return tasks_dirty(*born.spec, *service_); };
  input.now_ns = now_ns;
  return reconcile(input);
}

void ServiceWorld::carry_out(const ReconcilePlan& plan) {
  Decision births;
  for (const Birth& birth : plan.births) {
    TaskCreated created;
    created.set_service_id(service_->id());
    created.set_spec_version(service_->spec_version());
    created.set_slot(birth.key.slot);
    created.set_node_id(birth.key.node);
    created.set_desired(birth.desired);
    created.set_state(TASK_PENDING);
    created.set_start_not_before_ns(birth.start_not_before_ns);
    created.set_replaces(birth.replaces);
    births.events.push_back(task::created(TaskId{fmt::format("t{:03}", ++born_)}, created));
  }
  if (!births.empty()) record(births);
  for (const Wish& wish : plan.wishes) record(*task::desire(tasks.at(wish.task_id), wish.desired));
  if (!plan.progress) return;
  SeededRng rng{1};
  const DecideContext context{{now_ns}, rng};
  record(*(plan.roll_back ? service::roll_back_automatically(*service_, {}, plan.progress->message(), context)
                          : service::progress(*service_, *plan.progress)));
}

void ServiceWorld::observe(const std::string& task_id, TaskState state) {
  TaskStatus status;
  status.set_state(state);
  status.set_at_ns(now_ns);
  const Result<Decision> decision = task::observe(tasks.at(task_id), status);
  CHECK(decision, "a report the task refuses");
  record(*decision);
}

bool ServiceWorld::assign(const std::string& task_id, const std::string& node_id) {
  const Result<Decision> decision = task::assign(tasks.at(task_id), NodeId{node_id}, {}, {});
  if (decision) record(*decision);
  return static_cast<bool>(decision);
}

void ServiceWorld::reap(std::int64_t history_limit) {
  Service unborn;
  Decision reaped;
  for (const Slot& slot : group_by_slot(service_ ? *service_ : unborn, born_tasks()))
    for (const std::string& id : to_reap(slot, service(), history_limit))
      if (const Result<Decision> one = task::reap(tasks.at(id)))
        reaped.events.insert(reaped.events.end(), one->events.begin(), one->events.end());
  if (!reaped.empty()) record(reaped);
}

}  // namespace skein::plan
