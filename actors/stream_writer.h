// StreamWriter: the one writer of one aggregate's stream, inside that aggregate's actor.
//
// Holds the newest state and the asks that wait; decides one at a time, because between a proposal and its result the
// state is old (architecture.md section 3: one batch in flight per aggregate, an explicit queue). An ask is answered
// once: refused, nothing to do, committed, or "outcome unknown" when the lead was lost with it under way.
// Owned by one actor, used on its thread only. Not an actor itself: `Self` is the actor's self pointer.
#pragma once
#include <fmt/format.h>

#include <caf/actor_cast.hpp>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "actors/messages.h"

namespace skein {

inline Outcome refused(const std::string& command_id, const Refusal& refusal) {
  Outcome outcome;
  outcome.set_command_id(command_id);
  outcome.set_code(static_cast<std::uint32_t>(refusal.code));
  outcome.set_text(refusal.text);
  return outcome;
}

inline Outcome accepted(const std::string& command_id, std::uint64_t index, const std::string& object_id) {
  Outcome outcome;
  outcome.set_command_id(command_id);
  outcome.set_index(index);
  outcome.set_object_id(object_id);
  return outcome;
}

// What the caller is told about a proposal's end.
inline Outcome outcome_of(const std::string& command_id, const ProposalResult& result, const std::string& object_id) {
  if (result.code != Errc::ok) return refused(command_id, {result.code, result.text});
  return accepted(command_id, result.record->record->index(), object_id);
}

template <class State>
class StreamWriter {
 public:
  StreamWriter(LogActor log, WorldPtr world, std::shared_ptr<const State> state)
      : log_{std::move(log)}, world_{std::move(world)}, rng_{world_->make_rng()}, state_{std::move(state)} {}

  template <class Self>
  void take(Self self, Ask<State> ask) {
    queue_.push_back(std::move(ask));
    pump(self);
  }
  template <class Self>
  void result(Self self, const ProposalResult& result) {
    if (!in_flight_ || result.ticket != ticket_) return;  // of an earlier term
    in_flight_ = false;
    if (current_.reply) current_.reply(outcome_of(current_.origin.command_id(), result, state_->id()));
    current_ = {};
    pump(self);
  }

  void changed(std::shared_ptr<const State> state) { state_ = std::move(state); }
  const std::shared_ptr<const State>& state() const { return state_; }
  bool idle() const { return !in_flight_ && queue_.empty(); }

 private:
  template <class Self>
  void pump(Self self) {
    while (!in_flight_ && !queue_.empty()) {
      current_ = std::move(queue_.front());
      queue_.pop_front();
      Result<Decision> decision = current_.decide(*state_, {world_->clock->now(), *rng_});
      if (!decision) {
        answer(refused(current_.origin.command_id(), decision.refusal()));
      } else if (decision->empty()) {
        answer(accepted(current_.origin.command_id(), 0, state_->id()));
      } else {
        in_flight_ = true;
        self->send(log_, Propose{++ticket_, std::make_shared<Decision>(std::move(*decision)), current_.origin,
                                 caf::actor_cast<Proposer>(self->address())});
      }
    }
  }
  void answer(const Outcome& outcome) {
    if (current_.reply) current_.reply(outcome);
    current_ = {};
  }

  LogActor log_;
  WorldPtr world_;
  std::unique_ptr<Rng> rng_;
  std::shared_ptr<const State> state_;
  std::deque<Ask<State>> queue_;
  Ask<State> current_;
  std::uint64_t ticket_ = 0;
  bool in_flight_ = false;
};

}  // namespace skein
