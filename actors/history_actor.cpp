#include "actors/history_actor.h"

#include <fmt/format.h>

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <optional>

#include "actors/crash_loudly.h"
#include "events/base/overloaded.h"

namespace skein {
namespace {

struct HistoryState {
  static inline const char* name = "history";
  HistoryArgs args;
  std::optional<View> view;  // the last one asked for
};

using Self = HistoryActor::stateful_pointer<HistoryState>;

Result<LogIndex> index_of(const HistoryArgs& args, const Moment& moment) {
  const LogIndex committed = args.committed();
  if (const auto* index = std::get_if<LogIndex>(&moment)) {
    if (*index <= committed && index->value() > 0) return *index;
    return Refusal{Errc::invalid,
                   fmt::format("index {} is not in the log; it goes from 1 to {}", index->value(), committed.value())};
  }
  const WallTime time = std::get<WallTime>(moment);
  Result<LogIndex> found = args.log->index_at(time.ns);
  if (!found) return found;
  if (found->value() == 0)
    return Refusal{Errc::invalid, fmt::format("the log does not reach back to {}", rfc3339(time))};
  return std::min(*found, committed);
}

Result<View> nearest_start(const EventLog& log, LogIndex index, std::optional<View> start) {
  Result<std::shared_ptr<const Snapshot>> snapshot = log.snapshot_before(index);
  if (!snapshot) return snapshot.refusal();
  const LogIndex snapshot_at{*snapshot ? (*snapshot)->index() : 0};
  if (start && start->index() <= index && start->index() >= snapshot_at) return std::move(*start);
  return *snapshot ? View::from_snapshot(**snapshot) : View{};
}

void read(Self self, const ReadViewAt& wanted) {
  HistoryState& state = self->state;
  Result<LogIndex> index = index_of(state.args, wanted.moment);
  if (!index) return wanted.reader(index.refusal());
  Result<View> view = view_at(*state.args.log, *index, std::exchange(state.view, {}));
  if (!view) return wanted.reader(view.refusal());
  state.view = std::move(*view);
  wanted.reader(&*state.view);
}

HistoryActor::behavior_type history(Self self, const HistoryArgs& args) {
  crash_loudly(self);
  self->state.args = args;
  return {[self](const ReadViewAt& wanted) { read(self, wanted); }};
}

}  // namespace

Result<View> view_at(const EventLog& log, LogIndex index, std::optional<View> start) {
  Result<View> view = nearest_start(log, index, std::move(start));
  while (view && view->index() < index) {
    ReadBounds bounds;
    bounds.records_max = std::min<std::size_t>(bounds.records_max, index.value() - view->index().value());
    Result<std::vector<RecordPtr>> records = log.read(next(view->index()), bounds);
    if (!records) return records.refusal();
    if (records->empty()) return Refusal{Errc::fault, fmt::format("the log ends before index {}", index.value())};
    for (const RecordPtr& record : *records) view->apply(*record);
  }
  return view;
}

HistoryActor spawn_history(caf::actor_system& system, HistoryArgs args) {
  return args.detached ? system.spawn<caf::detached>(history, std::move(args)) : system.spawn(history, std::move(args));
}

}  // namespace skein
