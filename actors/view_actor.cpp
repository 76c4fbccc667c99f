#include "actors/view_actor.h"

#include <spdlog/spdlog.h>

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/crash_loudly.h"
#include "events/views/digest_ledger.h"

namespace skein {
namespace {

constexpr std::uint64_t kSnapshotEveryDefault = 10'000;

struct ViewState {
  static inline const char* name = "view";
  ViewArgs args;
  DigestLedger ledger;
  Term leading;          // the term whose Lead was sent; 0: none
  LogIndex snapshot_at;  // index of the last snapshot asked for
};

using Self = ViewActor::stateful_pointer<ViewState>;

std::shared_ptr<const LeaderSeed> seed_of(const View& view, Term term) {
  auto seed = std::make_shared<LeaderSeed>();
  seed->term = term;
  seed->cluster = view.cluster();
  seed->nodes = view.nodes();
  seed->services = view.services();
  for (const TaskPtr& task : view.tasks()) seed->tasks.emplace_back(task, view.spec_of(*task));
  seed->networks = view.networks();
  seed->secrets = view.secrets();
  seed->configs = view.configs();
  seed->commands = view.remembered_commands();
  return seed;
}

FoldedRecordPtr fold(View& view, const RecordPtr& record) {
  auto folded = std::make_shared<FoldedRecord>();
  folded->record = record;
  for (Change& change : view.apply(*record)) {
    SpecPtr spec;
    if (const auto* task = std::get_if<TaskPtr>(&change.state); task != nullptr && *task) spec = view.spec_of(**task);
    folded->changes.push_back({std::move(change), std::move(spec)});
  }
  return folded;
}

bool opens_own_term(Self self, const Record& record, Term leading) {
  if (leading.value() == 0 || record.term() != leading.value() || self->state.leading == leading) return false;
  for (const Event& event : record.events())
    if (event.has_term_started() && event.term_started().leader() == self->state.args.node_id) return true;
  return false;
}

std::uint64_t snapshot_every(const View& view) {
  const ClusterPtr cluster = view.cluster();
  const std::uint64_t wanted = cluster ? cluster->spec().snapshot_interval() : 0;
  return wanted > 0 ? wanted : kSnapshotEveryDefault;
}

void save_snapshot(Self self) {
  ViewState& state = self->state;
  const View& view = *state.args.view;
  if (view.index().value() < state.snapshot_at.value() + snapshot_every(view)) return;
  state.snapshot_at = view.index();
  state.args.disk->save(std::make_shared<Snapshot>(view.to_snapshot()), [](Result<void> saved) {
    if (!saved)
      spdlog::warn("snapshot not saved: {}; the log has everything, starting will take longer", saved.refusal().text);
  });
}

// The records of one batch that the leader's actors are told of, with the proposers that wait for them.
struct Tidings {
  std::vector<FoldedRecordPtr> records;
  Folded message;
  void add(const CommittedRecord& committed, FoldedRecordPtr folded) {
    if (committed.proposer) {
      message.results.emplace_back(records.size(), ProposalResult{committed.ticket, Errc::ok, {}, folded});
      message.proposers.push_back(committed.proposer);
    }
    records.push_back(std::move(folded));
  }
};

void record_digest(Self self, const std::pair<LogIndex, std::string>& own, Tidings& tidings) {
  if (self->state.leading.value() == 0) return;
  tidings.message.digest = own;
}

bool note_digest(Self self, const Record& record, Tidings& tidings) {
  auto noted = self->state.ledger.note(*self->state.args.view, record);
  if (!noted) {
    self->state.args.give_up(noted.refusal());
    return false;
  }
  if (*noted) record_digest(self, **noted, tidings);
  return true;
}

// What an event says is erased is erased here too; the chain goes on verifying (architecture.md section 5).
void erase_payloads(Self self, const Record& record) {
  for (const Event& event : record.events()) {
    if (!event.has_payload_erased()) continue;
    self->state.args.disk->erase(
        event.payload_erased().payload(), [index = record.index()](const Result<void>& erased) {
          if (!erased && erased.refusal().code != Errc::not_found)
            spdlog::error("payload erased at index {} is still on disk: {}", index, erased.refusal().text);
        });
  }
}

void on_committed(Self self, const Committed& batch) {
  ViewState& state = self->state;
  Tidings tidings;
  for (const CommittedRecord& committed : *batch.records) {
    FoldedRecordPtr folded = fold(*state.args.view, committed.record);
    if (!note_digest(self, *committed.record, tidings)) return;
    erase_payloads(self, *committed.record);
    if (opens_own_term(self, *committed.record, batch.leading)) {
      state.leading = batch.leading;
      self->send(state.args.leadership, Lead{seed_of(*state.args.view, batch.leading)});
    } else if (state.leading.value() != 0) {
      tidings.add(committed, std::move(folded));
    }
  }
  state.args.signal->announce(state.args.view->index());
  if (!tidings.records.empty()) {
    tidings.message.records = std::make_shared<const std::vector<FoldedRecordPtr>>(std::move(tidings.records));
    self->send(state.args.leadership, std::move(tidings.message));
  }
  save_snapshot(self);
}

ViewActor::behavior_type view(Self self, const ViewArgs& args) {
  crash_loudly(self);
  self->state.args = args;
  self->state.snapshot_at = args.view->index();
  args.signal->announce(args.view->index());
  return {
      [self](const Committed& batch) { on_committed(self, batch); },
      [self](const ReadView& read) { read.reader(*self->state.args.view); },
      [self](LeadLost lost) {
        self->state.leading = Term{};
        self->send(self->state.args.leadership, lost);
      },
  };
}

}  // namespace

ViewActor spawn_view(caf::actor_system& system, ViewArgs args) { return system.spawn(view, std::move(args)); }

}  // namespace skein
