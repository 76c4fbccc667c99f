// Messages between actors: plain structs, no behaviour. What is large is shared and immutable. All go one way.
//
// The write path in messages (architecture.md section 3):
//   Submit -> leadership -> Ask -> an aggregate's actor -> Propose -> log -> Committed -> view -> Folded -> leadership
//   -> the actors it touches (…Changed), then ProposalResult to the proposer, which answers the caller.
// Because one sender's messages to one receiver keep their order, a proposer has seen the new state when it hears of
// its result.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/caf_compat.h"
#include "actors/ports/gateway.h"
#include "events/base/clock.h"
#include "events/base/ids.h"
#include "events/base/result.h"
#include "events/domain/decision.h"
#include "events/raft/ready.h"
#include "events/views/view.h"

namespace skein {

// What actors may know of the world besides their mailbox.
struct World {
  const Clock* clock = nullptr;                                       // outlives the actor system
  std::function<std::unique_ptr<Rng>()> make_rng;                     // one generator an actor
  std::function<Result<Payload>(const std::string& digest)> payload;  // detached data; short reads only
};
using WorldPtr = std::shared_ptr<const World>;

// ---- the write path ----

// One aggregate that a record changed, with what its followers need beside it.
struct FoldedChange {
  Change change;
  SpecPtr spec;  // of a task: the spec it was born with
};
struct FoldedRecord {
  RecordPtr record;
  std::vector<FoldedChange> changes;
};
using FoldedRecordPtr = std::shared_ptr<const FoldedRecord>;

// How a proposal ended. Errc::ok: committed and folded. outcome_unknown: the lead was lost with the proposal under way.
struct ProposalResult {
  std::uint64_t ticket = 0;
  Errc code = Errc::ok;
  std::string text;
  FoldedRecordPtr record;  // set when ok
};
using Proposer = serves<void(ProposalResult)>;

struct Propose {
  std::uint64_t ticket = 0;  // the proposer's own; comes back in the result
  std::shared_ptr<Decision> decision;
  Origin origin;
  Proposer proposer;
};

struct CommittedRecord {
  RecordPtr record;
  std::uint64_t ticket = 0;
  Proposer proposer;  // empty: not proposed here, or proposed in an earlier life
};
struct Committed {
  std::shared_ptr<std::vector<CommittedRecord>> records;
  Term leading;  // the term this peer leads in; 0: it does not
};
struct GroupPersisted {
  raft::Persisted persisted;
  Result<void> outcome;
};
struct RaftTick {};
struct LeadLost {
  Term term;
};

// ---- reading ----
struct ReadView {
  std::function<void(const View&)> reader;
};
struct ReadViewAt {
  Moment moment;
  std::function<void(Result<const View*>)> reader;
};

// ---- leading ----

// The whole state as of the record that opened this peer's term: what the leader's actors start from.
struct LeaderSeed {
  Term term;
  ClusterPtr cluster;
  std::vector<NodePtr> nodes;
  std::vector<ServicePtr> services;
  std::vector<std::pair<TaskPtr, SpecPtr>> tasks;
  std::vector<NetworkPtr> networks;
  std::vector<FilePtr> secrets, configs;
  std::vector<RememberedCommand> commands;
};
struct Lead {
  std::shared_ptr<const LeaderSeed> seed;
};
struct Folded {
  std::shared_ptr<const std::vector<FoldedRecordPtr>> records;
  std::vector<std::pair<std::size_t, ProposalResult>> results;  // position in records, result for its proposer
  std::vector<Proposer> proposers;                              // one for each result
  std::optional<std::pair<LogIndex, std::string>> digest;       // our state digest, to be recorded by the leader
};

using Reply = std::function<void(const Outcome&)>;  // called once, from any thread; may be empty

struct Submit {
  std::shared_ptr<const Command> command;
  Caller caller;
  Reply reply;
};

// Something for one aggregate's stream: a pure decision over its newest state, who asks, and whom to tell.
template <class State>
struct Ask {
  std::function<Result<Decision>(const State&, const DecideContext&)> decide;
  Origin origin;
  Reply reply;
};
template <class State>
struct StateChanged {
  std::shared_ptr<const State> state;
  bool removed = false;
};

// An aggregate's actor that is mostly at rest has nothing left to do. It ends if nothing was sent to it since.
struct Rests {
  Aggregate kind = Aggregate::log;
  std::string id;
  std::uint64_t handled = 0;  // asks it has taken in
};

// For a task by way of its service, the only one that knows where a task's actor is.
struct AskTask {
  std::string service_id;
  std::string task_id;
  Ask<Task> ask;
};
// For any other aggregate, by way of the leadership actor.
struct AskAggregate {
  std::string id;
  std::variant<Ask<Cluster>, Ask<Node>, Ask<Service>, Ask<Network>, Ask<File>> ask;
  Aggregate kind = Aggregate::log;  // tells secrets from configs
};
struct CommandEnded {
  Outcome outcome;
};
struct GiveUpWaiting {
  std::uint64_t generation = 0;
};
struct TaskChanged {
  TaskPtr task;
  SpecPtr spec;
  bool removed = false;
};
using NodeTable = std::map<std::string, NodePtr, std::less<>>;
struct NodesChanged {
  std::shared_ptr<const NodeTable> nodes;
  std::string changed;  // id of the one that differs; empty: all are new
};
struct ServiceGone {
  std::string service_id;
};
struct ReconcileNow {
  std::uint64_t generation = 0;
};
struct PlaceNow {
  bool again = false;  // also what found no node before
};
struct ReapNow {};
struct HistoryLimit {
  std::int64_t tasks = 5;
};

// ---- handles ----
using LogActor = serves<void(Propose), void(GroupPersisted), void(RaftTick)>;
using ViewActor = serves<void(Committed), void(ReadView), void(LeadLost)>;
using HistoryActor = serves<void(ReadViewAt)>;

template <class State>
using StreamActor = serves<void(Ask<State>), void(ProposalResult)>;
using TaskRouter = serves<void(AskTask)>;
using ServiceActor = serves<void(Ask<Service>), void(StateChanged<Service>), void(TaskChanged), void(NodesChanged),
                            void(AskTask), void(ReconcileNow), void(Rests), void(ProposalResult)>;
using SchedulerActor = serves<void(TaskChanged), void(NodesChanged), void(PlaceNow)>;
using ReaperActor = serves<void(TaskChanged), void(StateChanged<Service>), void(HistoryLimit), void(ReapNow)>;
struct PortsSettled {};
using DirectoryActor = serves<void(Submit), void(FoldedRecordPtr), void(PortsSettled), void(ProposalResult)>;
using LeadershipActor =
    serves<void(Submit), void(Lead), void(LeadLost), void(Folded), void(AskTask), void(AskAggregate), void(Rests),
           void(ServiceGone), void(GiveUpWaiting), void(CommandEnded), void(ProposalResult)>;
using AggregateRouter = serves<void(AskAggregate)>;

}  // namespace skein

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::ProposalResult)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::Propose)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::Committed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::GroupPersisted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::RaftTick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::LeadLost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::ReadView)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::ReadViewAt)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::Lead)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::Folded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::Submit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::Ask<skein::Cluster>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::Ask<skein::Node>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::Ask<skein::Service>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::Ask<skein::Task>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::Ask<skein::Network>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::Ask<skein::File>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::StateChanged<skein::Node>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::StateChanged<skein::Service>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::Rests)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::AskTask)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::AskAggregate)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::GiveUpWaiting)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::CommandEnded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::PortsSettled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::TaskChanged)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::NodesChanged)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::ServiceGone)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::ReconcileNow)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::PlaceNow)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::ReapNow)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::HistoryLimit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(skein::FoldedRecordPtr)
