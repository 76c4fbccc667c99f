#include "actors/reaper_actor.h"

#include <caf/local_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <set>
#include <tuple>

#include "actors/crash_loudly.h"
#include "actors/origin.h"
#include "actors/plan/retention.h"
#include "events/domain/service.h"
#include "events/domain/task.h"

namespace skein {
namespace {

constexpr std::int64_t kHistoryDefault = 5;

// (service, slot, node): a slot of a replicated service has no node, one of a global service no number.
using SlotId = std::tuple<std::string, std::uint64_t, std::string>;

struct ReaperState {
  static inline const char* name = "reaper";
  ReaperArgs args;
  std::map<std::string, ServicePtr, std::less<>> services;
  std::map<SlotId, std::map<std::string, TaskPtr>> slots;  // tasks by id
  std::map<std::string, SlotId, std::less<>> slot_of;      // a task stays in the slot it was first seen in
  std::set<SlotId> dirty;
  std::set<std::string> asked;  // reaping under way
  std::int64_t history_limit = kHistoryDefault;
  bool queued = false;
};

using Self = ReaperActor::stateful_pointer<ReaperState>;

void queue(Self self) {
  if (self->state.queued) return;
  self->state.queued = true;
  self->delayed_send(self, kReapDelay, ReapNow{});
}

SlotId slot_id(const Task& task) { return {task.service_id(), task.slot(), task.slot() == 0 ? task.node_id() : ""}; }

void on_task(Self self, const TaskChanged& changed) {
  ReaperState& state = self->state;
  const std::string& id = changed.task->id();
  const auto [known, fresh] = state.slot_of.try_emplace(id, slot_id(*changed.task));
  const SlotId slot = known->second;
  auto& members = state.slots[slot];
  if (changed.removed) {
    members.erase(id);
    if (members.empty()) state.slots.erase(slot);
    state.slot_of.erase(known);
    state.asked.erase(id);
    return;
  }
  members[id] = changed.task;
  state.dirty.insert(slot);
  queue(self);
}

void ask_to_reap(Self self, const Task& task) {
  if (!self->state.asked.insert(task.id()).second) return;
  self->send(self->state.args.router, AskTask{task.service_id(),
                                              task.id(),
                                              {[](const Task& now, const DecideContext&) { return task::reap(now); },
                                               own_origin("reaper", self->state.args.node_id, task.revision()),
                                               {}}});
}

void reap_slot(Self self, const SlotId& id) {
  ReaperState& state = self->state;
  const auto members = state.slots.find(id);
  if (members == state.slots.end()) return;
  const auto service = state.services.find(std::get<0>(id));
  const Service* spec = service == state.services.end() ? nullptr : service->second.get();
  plan::Slot slot;
  for (const auto& [task_id, task] : members->second) slot.tasks.push_back({task.get(), nullptr});
  plan::newest_first(slot);
  for (const std::string& task_id : plan::to_reap(slot, spec, state.history_limit))
    ask_to_reap(self, *members->second.at(task_id));
}

void reap(Self self) {
  self->state.queued = false;
  for (const SlotId& slot : std::exchange(self->state.dirty, {})) reap_slot(self, slot);
}

ReaperActor::behavior_type reaper(Self self, const ReaperArgs& args) {
  crash_loudly(self);
  self->state.args = args;
  const LeaderSeed& seed = *args.seed;
  if (seed.cluster) self->state.history_limit = seed.cluster->spec().task_history_limit();
  for (const ServicePtr& service : seed.services) self->state.services[service->id()] = service;
  for (const auto& [task, spec] : seed.tasks) on_task(self, {task, spec, false});
  self->state.args.seed.reset();
  return {
      [self](const TaskChanged& changed) { on_task(self, changed); },
      [self](const StateChanged<Service>& changed) {
        if (changed.removed) {
          self->state.services.erase(changed.state->id());
        } else {
          self->state.services[changed.state->id()] = changed.state;
        }
      },
      [self](const HistoryLimit& limit) {
        self->state.history_limit = limit.tasks;
        for (const auto& [slot, members] : self->state.slots) self->state.dirty.insert(slot);
        queue(self);
      },
      [self](ReapNow) { reap(self); },
  };
}

}  // namespace

ReaperActor spawn_reaper(caf::local_actor& parent, ReaperArgs args) { return parent.spawn(reaper, std::move(args)); }

}  // namespace skein
