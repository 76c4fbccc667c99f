#include "actors/log_actor.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <optional>
#include <utility>

#include "actors/crash_loudly.h"
#include "events/raft/raft.h"

namespace skein {
namespace {

constexpr std::chrono::seconds kDiskRetry{1};

// A proposal that Raft has appended and that waits to be handed out as committed.
struct Waiting {
  Term term;
  std::uint64_t ticket = 0;
  std::string command_id;
  Proposer proposer;
};

struct LogState {
  static inline const char* name = "log";
  LogArgs args;
  std::unique_ptr<Rng> rng;
  std::optional<raft::Raft> raft;
  std::map<LogIndex, Waiting> waiting;
  std::shared_ptr<const AppendGroup> group;  // at the disk
  raft::Persisted group_mark;
  std::vector<raft::Message> promises;  // to be sent once the group is durable
  Term leading;                         // 0: not leading
  std::string disk_full;                // why; empty: it is not
};

using Self = LogActor::stateful_pointer<LogState>;

void refuse(Self self, const Propose& propose, Errc code, const std::string& text) {
  if (propose.proposer) self->send(propose.proposer, ProposalResult{propose.ticket, code, text, nullptr});
}

void lose(Self self, const Waiting& waiting, const std::string& why) {
  if (!waiting.proposer) return;
  const std::string text = waiting.command_id.empty()
                               ? "outcome unknown: " + why
                               : fmt::format("outcome unknown, command {}: {}", waiting.command_id, why);
  self->send(waiting.proposer, ProposalResult{waiting.ticket, Errc::outcome_unknown, text, nullptr});
}

void lose_all(Self self, const std::string& why) {
  for (const auto& [index, waiting] : self->state.waiting) lose(self, waiting, why);
  self->state.waiting.clear();
}

void follow_role(Self self, const raft::SoftState& soft) {
  LogState& state = self->state;
  const Term before = state.leading;
  state.leading = soft.role == raft::Role::leader ? soft.term : Term{};
  if (before == state.leading) return;
  spdlog::info("raft: {} in term {}", raft::name_of(soft.role), soft.term.value());
  if (before == Term{}) return;
  lose_all(self, "this node lost the lead");
  self->send(state.args.view, LeadLost{before});
}

void hand_out(Self self, const std::vector<RecordPtr>& records) {
  LogState& state = self->state;
  if (records.empty()) return;
  auto committed = std::make_shared<std::vector<CommittedRecord>>();
  committed->reserve(records.size());
  for (const RecordPtr& record : records) {
    CommittedRecord& item = committed->emplace_back(CommittedRecord{record, 0, {}});
    const auto it = state.waiting.find(LogIndex{record->index()});
    if (it == state.waiting.end()) continue;
    if (it->second.term.value() == record->term()) {
      item.ticket = it->second.ticket;
      item.proposer = it->second.proposer;
    } else {
      lose(self, it->second, "another record took its place");
    }
    state.waiting.erase(it);
  }
  self->send(state.args.view, Committed{std::move(committed), state.leading});
}

void write_group(Self self) {
  const LogActor me{self};
  const raft::Persisted mark = self->state.group_mark;
  self->state.args.disk->append(self->state.group, [me, mark](Result<void> outcome) {
    caf::anon_send(me, GroupPersisted{mark, std::move(outcome)});
  });
}

// Carries out what Raft wants until it wants nothing that can be done now.
void pump(Self self) {
  LogState& state = self->state;
  while (state.raft->has_ready()) {
    raft::Ready ready = state.raft->take_ready();
    if (ready.fault) return state.args.give_up(*ready.fault);
    hand_out(self, ready.committed);
    if (ready.soft_state) follow_role(self, *ready.soft_state);
    if (!ready.has_group) continue;
    state.group = std::make_shared<AppendGroup>(std::move(ready.group));
    state.group_mark = ready.persisted;
    write_group(self);
  }
}

void propose(Self self, const Propose& propose) {
  LogState& state = self->state;
  if (!state.disk_full.empty()) return refuse(self, propose, Errc::exhausted, state.disk_full);
  Record draft;
  draft.set_at_ns(state.args.world->clock->now().ns);
  *draft.mutable_origin() = propose.origin;
  for (Event& event : propose.decision->events) draft.add_events()->Swap(&event);
  std::vector<Record> drafts;
  drafts.push_back(std::move(draft));
  Result<raft::Proposed> proposed = state.raft->propose(std::move(drafts), std::move(propose.decision->payloads));
  if (!proposed) return refuse(self, propose, proposed.refusal().code, proposed.refusal().text);
  state.waiting[proposed->first] = {proposed->term, propose.ticket, propose.origin.command_id(), propose.proposer};
  pump(self);
}

void on_full_disk(Self self, const Refusal& refusal) {
  LogState& state = self->state;
  if (state.disk_full.empty()) spdlog::error("log: {}; trying again every {} s", refusal.text, kDiskRetry.count());
  state.disk_full = refusal.text;
  lose_all(self, refusal.text);
  self->delayed_send(self, kDiskRetry, GroupPersisted{{0}, refusal});
}

// What the leader's actors wanted meanwhile was refused, and they do not ask twice: they start again from the log.
void open_another_term(Self self) {
  LogState& state = self->state;
  spdlog::info("log: writing again");
  state.raft->step_down();
  if (state.args.raft.voters.size() == 1) state.raft->campaign();
  pump(self);
}

void on_persisted(Self self, const GroupPersisted& told) {
  LogState& state = self->state;
  if (!told.outcome && told.persisted.group == 0) return write_group(self);  // the retry's timer
  if (!told.outcome && told.outcome.refusal().code == Errc::exhausted)
    return on_full_disk(self, told.outcome.refusal());
  if (!told.outcome) return state.args.give_up(told.outcome.refusal());
  const bool was_full = !std::exchange(state.disk_full, {}).empty();
  state.group.reset();
  state.raft->advance(told.persisted);
  pump(self);
  if (was_full) open_another_term(self);
}

LogActor::behavior_type log(Self self, const LogArgs& args) {
  crash_loudly(self);
  LogState& state = self->state;
  state.args = args;
  state.rng = args.world->make_rng();
  state.raft.emplace(args.raft, args.recovered, *state.rng);
  state.raft->tick(args.world->clock->now().ns);             // so that a term's first record has a time
  if (args.raft.voters.size() == 1) state.raft->campaign();  // nobody to wait for
  pump(self);
  self->delayed_send(self, kRaftTick, RaftTick{});
  return {
      [self](const Propose& message) { propose(self, message); },
      [self](const GroupPersisted& told) { on_persisted(self, told); },
      [self](RaftTick) {
        self->state.raft->tick(self->state.args.world->clock->now().ns);
        pump(self);
        self->delayed_send(self, kRaftTick, RaftTick{});
      },
  };
}

}  // namespace

LogActor spawn_log(caf::actor_system& system, LogArgs args) { return system.spawn(log, std::move(args)); }

}  // namespace skein
