#include "actors/stream_actor.h"

#include <caf/local_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <optional>

#include "actors/crash_loudly.h"
#include "actors/stream_writer.h"

namespace skein {
namespace {

template <class State>
struct StreamState {
  static inline const char* name = "stream";
  Aggregate kind = Aggregate::log;
  RestSink parent;
  std::optional<StreamWriter<State>> writer;
  std::uint64_t taken = 0;
};

template <class State>
using StreamSelf = typename StreamActor<State>::template stateful_pointer<StreamState<State>>;

template <class State>
void rest(StreamSelf<State> self) {
  const auto& writer = *self->state.writer;
  if (writer.idle()) self->send(self->state.parent, Rests{self->state.kind, writer.state()->id(), self->state.taken});
}

// The state after the record, if the record touched this aggregate.
template <class State>
void follow(StreamWriter<State>& writer, const ProposalResult& result) {
  if (!result.record) return;
  for (const FoldedChange& folded : result.record->changes)
    if (folded.change.id == writer.state()->id())
      if (const auto* state = std::get_if<std::shared_ptr<const State>>(&folded.change.state)) writer.changed(*state);
}

template <class State>
typename StreamActor<State>::behavior_type stream(StreamSelf<State> self, const StreamArgs<State>& args) {
  crash_loudly(self);
  self->state.kind = args.kind;
  self->state.parent = args.parent;
  self->state.writer.emplace(args.log, args.world, args.state);
  return {
      [self](const Ask<State>& ask) {
        ++self->state.taken;
        self->state.writer->take(self, ask);
        rest<State>(self);
      },
      [self](const ProposalResult& result) {
        follow(*self->state.writer, result);
        self->state.writer->result(self, result);
        rest<State>(self);
      },
  };
}

}  // namespace

template <class State>
StreamActor<State> spawn_stream(caf::local_actor& parent, StreamArgs<State> args) {
  return parent.spawn<caf::lazy_init>(stream<State>, std::move(args));
}

template StreamActor<Task> spawn_stream<Task>(caf::local_actor&, StreamArgs<Task>);
template StreamActor<Cluster> spawn_stream<Cluster>(caf::local_actor&, StreamArgs<Cluster>);
template StreamActor<Network> spawn_stream<Network>(caf::local_actor&, StreamArgs<Network>);
template StreamActor<File> spawn_stream<File>(caf::local_actor&, StreamArgs<File>);

}  // namespace skein
