#include "actors/service_actor.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <caf/local_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <optional>

#include "actors/crash_loudly.h"
#include "actors/origin.h"
#include "actors/plan/constraint.h"
#include "actors/plan/reconcile.h"
#include "actors/stream_actor.h"
#include "actors/stream_writer.h"
#include "events/domain/service.h"
#include "events/domain/service_dirty.h"
#include "events/domain/task.h"

namespace skein {
namespace {

constexpr std::size_t kBirthsPerRecord = 1000;
constexpr std::int64_t kRefusedWait_ns = 1'000'000'000;

struct Member {
  TaskPtr task;
  SpecPtr spec;
};
struct Awake {
  StreamActor<Task> actor;
  std::uint64_t asked = 0;
};

struct ServiceState {
  static inline const char* name = "service";
  ServiceArgs args;
  std::optional<StreamWriter<Service>> writer;
  std::map<std::string, Member, std::less<>> tasks;
  std::map<std::string, Awake, std::less<>> awake;          // tasks with something to do
  std::map<std::string, TaskState, std::less<>> asked_for;  // wishes under way
  std::size_t births_under_way = 0;                         // records of births
  bool progress_under_way = false;
  bool removed = false;
  bool reconcile_queued = false;
  std::uint64_t generation = 0;  // of the timer
  std::uint64_t cause = 0;       // index of the newest record taken in
};

using Self = ServiceActor::stateful_pointer<ServiceState>;

void queue_reconcile(Self self) {
  if (self->state.reconcile_queued) return;
  self->state.reconcile_queued = true;
  self->send(self, ReconcileNow{0});
}

void arm(Self self, std::int64_t at_ns) {
  if (at_ns == 0) return;
  const std::int64_t wait = std::max<std::int64_t>(0, at_ns - self->state.args.world->clock->now().ns);
  self->delayed_send(self, std::chrono::nanoseconds{wait}, ReconcileNow{++self->state.generation});
}

// The next look after something this service proposed has ended: at once, or later if it was refused (a full disk).
void look_after(Self self, const Outcome& outcome) {
  if (outcome.code() == 0) return queue_reconcile(self);
  arm(self, self->state.args.world->clock->now().ns + kRefusedWait_ns);
}

// ---- tasks ---------------------------------------------------------------------------------------------------------

void ask_task(Self self, const std::string& task_id, Ask<Task> ask) {
  ServiceState& state = self->state;
  const auto member = state.tasks.find(task_id);
  if (member == state.tasks.end()) {
    if (ask.reply) ask.reply(refused(ask.origin.command_id(), {Errc::not_found, "task " + task_id + " not found"}));
    return;
  }
  auto [awake, fresh] = state.awake.try_emplace(task_id);
  if (fresh)
    awake->second.actor = spawn_stream<Task>(
        *self, {Aggregate::task, member->second.task, state.args.log, state.args.world, RestSink{self}});
  ++awake->second.asked;
  self->send(awake->second.actor, std::move(ask));
}

void on_rest(Self self, const Rests& rests) {
  const auto awake = self->state.awake.find(rests.id);
  if (awake != self->state.awake.end() && awake->second.asked == rests.handled) self->state.awake.erase(awake);
}

void wish(Self self, const plan::Wish& wish) {
  TaskState& asked = self->state.asked_for[wish.task_id];
  if (asked >= wish.desired) return;
  asked = wish.desired;
  ask_task(self, wish.task_id,
           {[desired = wish.desired](const Task& task, const DecideContext&) { return task::desire(task, desired); },
            own_origin("orchestrator", self->state.args.node_id, self->state.cause),
            {}});
}

// ---- the service itself --------------------------------------------------------------------------------------------

void ask_self(Self self, std::function<Result<Decision>(const Service&, const DecideContext&)> decide, Reply reply) {
  self->state.writer->take(
      self, Ask<Service>{std::move(decide), own_origin("orchestrator", self->state.args.node_id, self->state.cause),
                         std::move(reply)});
}

TaskCreated born(const Service& service, const plan::Birth& birth) {
  TaskCreated created;
  created.set_service_id(service.id());
  created.set_spec_version(service.spec_version());
  created.set_slot(birth.key.slot);
  created.set_node_id(birth.key.node);
  created.set_desired(birth.desired);
  created.set_state(TASK_PENDING);  // what a task attaches to on its node needs no allocation here
  created.set_start_not_before_ns(birth.start_not_before_ns);
  created.set_replaces(birth.replaces);
  return created;
}

// One record of births. Decided on the spec they were planned for, or not at all.
void give_births(Self self, std::vector<plan::Birth> births) {
  ++self->state.births_under_way;
  const std::uint64_t version = self->state.writer->state()->spec_version();
  auto decide = [births = std::move(births), version](const Service& service,
                                                      const DecideContext& context) -> Result<Decision> {
    Decision decision;
    if (service.spec_version() != version) return decision;
    for (const plan::Birth& birth : births)
      decision.events.push_back(task::created(TaskId{random_id(context.rng)}, born(service, birth)));
    return decision;
  };
  ask_self(self, std::move(decide), [self](const Outcome& outcome) {  // answered on this actor's own thread
    --self->state.births_under_way;
    look_after(self, outcome);
  });
}

void log_progress(Self self, const plan::ReconcilePlan& plan) {
  if (!plan.progress || self->state.progress_under_way) return;
  self->state.progress_under_way = true;
  auto decide = [status = *plan.progress, back = plan.roll_back](const Service& service, const DecideContext& context) {
    return back ? service::roll_back_automatically(service, service.endpoint(), status.message(), context)
                : service::progress(service, status);
  };
  ask_self(self, std::move(decide), [self](const Outcome& outcome) {
    if (outcome.code() != 0) spdlog::warn("service {}: {}", self->state.args.id, outcome.text());
    self->state.progress_under_way = false;
    look_after(self, outcome);
  });
}

// ---- reconciling ---------------------------------------------------------------------------------------------------

plan::ReconcileInput look(Self self) {
  ServiceState& state = self->state;
  plan::ReconcileInput input;
  input.service = state.removed ? nullptr : state.writer->state().get();
  for (const auto& [id, member] : state.tasks) input.tasks.push_back({member.task.get(), member.spec.get()});
  input.find_node = [&nodes = *state.args.nodes](std::string_view id) -> const Node* {
    const auto it = nodes.find(id);
    return it == nodes.end() ? nullptr : it->second.get();
  };
  if (input.service != nullptr && input.service->spec().has_global())
    for (const auto& [id, node] : *state.args.nodes) input.nodes.push_back(node.get());
  if (input.service != nullptr)
    input.fits = [constraints = plan::Constraints{input.service->spec().task().placement()}](const Node& node) {
      return constraints.satisfied_by(node);
    };
  input.is_dirty = [service = input.service](const plan::BornTask& task) { return tasks_dirty(*task.spec, *service); };
  input.now_ns = state.args.world->clock->now().ns;
  return input;
}

void carry_out(Self self, plan::ReconcilePlan plan) {
  for (std::size_t at = 0; at < plan.births.size(); at += kBirthsPerRecord) {
    const auto first = plan.births.begin() + static_cast<std::ptrdiff_t>(at);
    const auto count = std::min(kBirthsPerRecord, plan.births.size() - at);
    give_births(self, {first, first + static_cast<std::ptrdiff_t>(count)});
  }
  for (const plan::Wish& wished : plan.wishes) wish(self, wished);
  log_progress(self, plan);
  arm(self, plan.look_again_at_ns);
}

void reconcile(Self self, const ReconcileNow& now) {
  ServiceState& state = self->state;
  if (now.generation == 0) state.reconcile_queued = false;
  if (now.generation != 0 && now.generation != state.generation) return;
  if (state.removed && state.tasks.empty()) {
    self->send(state.args.parent, ServiceGone{state.args.id});
    return;
  }
  if (state.births_under_way > 0 || state.progress_under_way) return;  // its end asks for another look
  carry_out(self, plan::reconcile(look(self)));
}

// ---- following -----------------------------------------------------------------------------------------------------

void on_task(Self self, const TaskChanged& changed) {
  ServiceState& state = self->state;
  const Task& task = *changed.task;
  state.cause = std::max(state.cause, task.revision());
  if (changed.removed) {
    state.tasks.erase(task.id());
    state.asked_for.erase(task.id());
  } else {
    state.tasks[task.id()] = {changed.task, changed.spec};
    if (const auto asked = state.asked_for.find(task.id());
        asked != state.asked_for.end() && task.desired() >= asked->second)
      state.asked_for.erase(asked);
  }
  queue_reconcile(self);
}

void on_service(Self self, const StateChanged<Service>& changed) {
  self->state.cause = std::max(self->state.cause, changed.state->revision());
  self->state.removed = changed.removed;
  if (!changed.removed) self->state.writer->changed(changed.state);
  queue_reconcile(self);
}

void start(Self self, const ServiceArgs& args) {
  ServiceState& state = self->state;
  state.args = args;
  state.removed = args.service == nullptr;
  auto service = args.service;
  if (!service) {
    auto gone = std::make_shared<Service>();
    gone->set_id(args.id);
    service = std::move(gone);
  }
  state.writer.emplace(args.log, args.world, service);
  state.cause = service->revision();
  for (const auto& [task, spec] : args.tasks) {
    state.tasks[task->id()] = {task, spec};
    state.cause = std::max(state.cause, task->revision());
  }
  state.args.tasks.clear();
  queue_reconcile(self);
}

ServiceActor::behavior_type service_behavior(Self self, const ServiceArgs& args) {
  crash_loudly(self);
  start(self, args);
  return {
      [self](const Ask<Service>& ask) { self->state.writer->take(self, ask); },
      [self](const StateChanged<Service>& changed) { on_service(self, changed); },
      [self](const TaskChanged& changed) { on_task(self, changed); },
      [self](const NodesChanged& changed) {
        self->state.args.nodes = changed.nodes;
        queue_reconcile(self);
      },
      [self](const AskTask& ask) { ask_task(self, ask.task_id, ask.ask); },
      [self](const ReconcileNow& now) { reconcile(self, now); },
      [self](const Rests& rests) { on_rest(self, rests); },
      [self](const ProposalResult& result) { self->state.writer->result(self, result); },
  };
}

}  // namespace

ServiceActor spawn_service(caf::local_actor& parent, ServiceArgs args) {
  return parent.spawn(service_behavior, std::move(args));
}

}  // namespace skein
