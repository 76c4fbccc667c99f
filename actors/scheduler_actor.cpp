#include "actors/scheduler_actor.h"

#include <caf/local_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/crash_loudly.h"
#include "actors/origin.h"
#include "actors/plan/place.h"
#include "events/domain/task.h"

namespace skein {
namespace {

// What found no node is tried again when room may have come up, but not more often than this.
constexpr std::chrono::milliseconds kTryAgainDelay{50};

struct SchedulerState {
  static inline const char* name = "scheduler";
  SchedulerArgs args;
  plan::Placer placer;
  std::shared_ptr<const NodeTable> nodes;
  std::map<std::string, plan::WaitingTask, std::less<>> fresh;  // not yet tried
  std::map<std::string, plan::WaitingTask, std::less<>> held;   // found no node so far
  bool place_queued = false;
  bool again_queued = false;
};

using Self = SchedulerActor::stateful_pointer<SchedulerState>;

void queue_place(Self self) {
  if (self->state.place_queued) return;
  self->state.place_queued = true;
  self->delayed_send(self, kPlaceDelay, PlaceNow{false});
}

void queue_again(Self self) {
  if (self->state.again_queued || self->state.held.empty()) return;
  self->state.again_queued = true;
  self->delayed_send(self, kTryAgainDelay, PlaceNow{true});
}

bool waits(const Task& task) { return task.status().state() == TASK_PENDING && task.desired() <= TASK_COMPLETE; }

void on_task(Self self, const TaskChanged& changed) {
  SchedulerState& state = self->state;
  const Task& task = *changed.task;
  if (changed.removed) {
    state.placer.task_gone(task.id());
  } else {
    state.placer.task_is(task, changed.spec);
  }
  if (!changed.removed && waits(task)) {
    const auto held = state.held.find(task.id());
    if (held != state.held.end()) {
      held->second = {changed.task, changed.spec};
    } else {
      state.fresh[task.id()] = {changed.task, changed.spec};
      queue_place(self);
    }
    return;
  }
  state.fresh.erase(task.id());
  state.held.erase(task.id());
  if (changed.removed || task.status().state() > TASK_RUNNING) queue_again(self);  // it may have made room
}

void tell_nodes(Self self, const NodesChanged& changed) {
  SchedulerState& state = self->state;
  state.nodes = changed.nodes;
  if (changed.changed.empty()) {
    for (const auto& [id, node] : *changed.nodes) state.placer.upsert_node(node);
  } else if (const auto node = changed.nodes->find(changed.changed); node != changed.nodes->end()) {
    state.placer.upsert_node(node->second);
  } else {
    state.placer.remove_node(changed.changed);
  }
  queue_again(self);
}

void ask(Self self, const plan::WaitingTask& waiting,
         std::function<Result<Decision>(const Task&, const DecideContext&)> decide) {
  self->send(
      self->state.args.router,
      AskTask{waiting.task->service_id(),
              waiting.task->id(),
              {std::move(decide), own_origin("scheduler", self->state.args.node_id, waiting.task->revision()), {}}});
}

void place(Self self, const PlaceNow& now) {
  SchedulerState& state = self->state;
  (now.again ? state.again_queued : state.place_queued) = false;
  if (now.again) state.fresh.merge(std::exchange(state.held, {}));
  std::vector<plan::WaitingTask> batch;
  batch.reserve(state.fresh.size());
  for (const auto& [id, waiting] : state.fresh) batch.push_back(waiting);
  const plan::Placements placements = state.placer.place(batch, state.args.world->clock->now());
  for (const plan::Placed& placed : placements.placed)
    ask(self, state.fresh.at(placed.task_id),
        [node = NodeId{placed.node_id}, items = placed.generic](const Task& task, const DecideContext&) {
          return task::assign(task, node, {}, items);
        });
  for (const plan::HeldBack& held : placements.held_back) {
    const plan::WaitingTask& waiting = state.fresh.at(held.task_id);
    ask(self, waiting,
        [reason = held.reason](const Task& task, const DecideContext&) { return task::hold_back(task, reason); });
    state.held[held.task_id] = waiting;
  }
  state.fresh.clear();
}

SchedulerActor::behavior_type scheduler(Self self, const SchedulerArgs& args) {
  crash_loudly(self);
  self->state.args = args;
  auto nodes = std::make_shared<NodeTable>();
  for (const NodePtr& node : args.seed->nodes) nodes->emplace(node->id(), node);
  tell_nodes(self, {nodes, {}});
  for (const NetworkPtr& network : args.seed->networks) self->state.placer.upsert_network(*network);
  for (const auto& [task, spec] : args.seed->tasks) on_task(self, {task, spec, false});
  self->state.args.seed.reset();
  return {
      [self](const TaskChanged& changed) { on_task(self, changed); },
      [self](const NodesChanged& changed) { tell_nodes(self, changed); },
      [self](const PlaceNow& now) { place(self, now); },
  };
}

}  // namespace

SchedulerActor spawn_scheduler(caf::local_actor& parent, SchedulerArgs args) {
  return parent.spawn(scheduler, std::move(args));
}

}  // namespace skein
