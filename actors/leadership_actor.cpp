#include "actors/leadership_actor.h"

#include <spdlog/spdlog.h>

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <deque>
#include <optional>

#include "actors/command_ledger.h"
#include "actors/crash_loudly.h"
#include "actors/leader_group.h"
#include "actors/origin.h"
#include "actors/stream_writer.h"

namespace skein {
namespace {

constexpr std::size_t kWaitingMax = 1024;         // commands that may wait for a lead
constexpr std::chrono::seconds kWaitingTime{10};  // and for how long

const char* const kNoLead = "this manager does not lead the swarm; try again in a moment, or ask another manager";

struct LeadershipState {
  static inline const char* name = "leadership";
  LeadershipArgs args;
  std::unique_ptr<LeaderGroup> group;  // while leading
  CommandLedger ledger;
  std::deque<Submit> waiting;    // commands that came before a lead
  std::uint64_t generation = 0;  // of the waiting timer
};

using Self = LeadershipActor::stateful_pointer<LeadershipState>;

void carry_out(Self self, const Submit& submit) {
  LeadershipState& state = self->state;
  const std::string& id = submit.command->id();
  if (const RememberedCommand* before = state.ledger.find(id)) {
    if (submit.reply) submit.reply(accepted(id, before->index(), before->object_id()));
    return;
  }
  if (!state.ledger.begin(id, submit.reply)) return;  // the same command is under way
  Submit own = submit;
  own.reply = [me = LeadershipActor{self}](const Outcome& outcome) { caf::anon_send(me, CommandEnded{outcome}); };
  state.group->submit(own);
}

void take(Self self, const Submit& submit) {
  LeadershipState& state = self->state;
  if (state.group) return carry_out(self, submit);
  if (state.waiting.size() >= kWaitingMax) {
    if (submit.reply) submit.reply(refused(submit.command->id(), {Errc::unavailable, kNoLead}));
    return;
  }
  if (state.waiting.empty()) self->delayed_send(self, kWaitingTime, GiveUpWaiting{++state.generation});
  state.waiting.push_back(submit);
}

void give_up_waiting(Self self, GiveUpWaiting told) {
  if (told.generation != self->state.generation) return;
  for (const Submit& submit : std::exchange(self->state.waiting, {}))
    if (submit.reply) submit.reply(refused(submit.command->id(), {Errc::unavailable, kNoLead}));
}

void lead(Self self, const Lead& lead) {
  LeadershipState& state = self->state;
  spdlog::info("leading term {}: {} nodes, {} services, {} tasks", lead.seed->term.value(), lead.seed->nodes.size(),
               lead.seed->services.size(), lead.seed->tasks.size());
  for (const RememberedCommand& command : lead.seed->commands) state.ledger.remember(command);
  state.group = std::make_unique<LeaderGroup>(*self, GroupArgs{state.args.node_id, state.args.world, state.args.agent,
                                                               state.args.log(), LeadershipActor{self}, lead.seed});
  ++state.generation;
  for (const Submit& submit : std::exchange(state.waiting, {})) carry_out(self, submit);
}

void lose_lead(Self self) {
  self->state.group.reset();
  self->state.ledger.lose_all("this node lost the lead");
}

void record_digest(Self self, const std::pair<LogIndex, std::string>& digest) {
  auto decision = std::make_shared<Decision>();
  Event& event = decision->events.emplace_back();
  event.mutable_state_digest_recorded()->set_at_index(digest.first.value());
  event.mutable_state_digest_recorded()->set_state_digest(digest.second);
  self->send(self->state.args.log(),
             Propose{0, std::move(decision), own_origin("view", self->state.args.node_id, digest.first.value()), {}});
}

void follow(Self self, const Folded& folded) {
  LeadershipState& state = self->state;
  if (!state.group) return;
  for (const FoldedRecordPtr& record : *folded.records) {
    state.ledger.follow(*record);
    state.group->folded(record);
  }
  for (std::size_t i = 0; i < folded.results.size(); ++i) self->send(folded.proposers[i], folded.results[i].second);
  if (folded.digest) record_digest(self, *folded.digest);
}

LeadershipActor::behavior_type leadership(Self self, const LeadershipArgs& args) {
  crash_loudly(self);
  self->state.args = args;
  return {
      [self](const Submit& submit) { take(self, submit); },
      [self](const Lead& message) { lead(self, message); },
      [self](LeadLost) { lose_lead(self); },
      [self](const Folded& folded) { follow(self, folded); },
      [self](const AskTask& ask) {
        if (self->state.group) self->state.group->ask(ask);
      },
      [self](const AskAggregate& ask) {
        if (self->state.group) self->state.group->ask(ask);
      },
      [self](const Rests& rests) {
        if (self->state.group) self->state.group->rests(rests);
      },
      [self](const ServiceGone& gone) {
        if (self->state.group) self->state.group->service_gone(gone);
      },
      [self](GiveUpWaiting told) { give_up_waiting(self, told); },
      [self](const CommandEnded& ended) { self->state.ledger.end(ended.outcome); },
      [](const ProposalResult&) {},
  };
}

}  // namespace

LeadershipActor spawn_leadership(caf::actor_system& system, LeadershipArgs args) {
  return system.spawn(leadership, std::move(args));
}

}  // namespace skein
