#include "events/views/fold.h"

#include <utility>

#include "events/base/check.h"
#include "events/domain/cluster.h"
#include "events/domain/config.h"
#include "events/domain/network.h"
#include "events/domain/node.h"
#include "events/domain/secret.h"
#include "events/domain/service.h"
#include "events/domain/task.h"

namespace skein {

Aggregate aggregate_of(const Event& event) {
  const int number = event.body_case();
  if (number < 20) return Aggregate::log;
  if (number < 40) return Aggregate::cluster;
  if (number < 60) return Aggregate::node;
  if (number < 80) return Aggregate::service;
  if (number < 100) return Aggregate::task;
  if (number < 120) return Aggregate::network;
  return number < 130 ? Aggregate::secret : Aggregate::config;
}

Fold::Fold(ViewTables& tables, const Record& record)
    : tables_{tables}, record_{record}, head_{record.index(), record.at_ns()} {
  CHECK(record.index() == tables.index + 1, "records must be folded one after the other");
}

Fold::Fate Fold::fate_of(const Event& event) {
  switch (event.body_case()) {
    case Event::kClusterFounded:
    case Event::kNodeJoined:
    case Event::kServiceCreated:
    case Event::kTaskCreated:
    case Event::kNetworkCreated:
    case Event::kSecretCreated:
    case Event::kConfigCreated:
      return Fate::birth;
    case Event::kNodeRemoved:
    case Event::kServiceRemoved:
    case Event::kTaskReaped:
    case Event::kNetworkRemoved:
    case Event::kSecretRemoved:
    case Event::kConfigRemoved:
      return Fate::end;
    default:
      return Fate::change;
  }
}

std::vector<Change> Fold::run() {
  changes_.reserve(static_cast<std::size_t>(record_.events_size()));
  for (const Event& event : record_.events()) {
    CHECK(event.body_case() != Event::BODY_NOT_SET || event.ignorable(), "event of a kind this version does not know");
    const Aggregate kind = aggregate_of(event);
    if (kind != Aggregate::task) fold(kind, event);
  }
  for (const Event& event : record_.events()) {
    if (aggregate_of(event) == Aggregate::task) fold_task(event);
  }
  for (const TaskTable::Number task : marked_) tables_.tasks.mark(task) = TaskTable::kNone;
  tables_.tasks.pack_now_and_then();
  tables_.specs.drop_unnamed();
  tables_.commands.note(record_);
  tables_.index = record_.index();
  tables_.term = record_.term();
  tables_.at_ns = record_.at_ns();
  tables_.record_digest = record_.digest();
  return std::move(changes_);
}

void Fold::fold(Aggregate kind, const Event& event) {
  switch (kind) {
    case Aggregate::cluster:
      return fold_cluster(event);
    case Aggregate::node:
      return fold_in(tables_.nodes, kind, event, node::evolve);
    case Aggregate::service:
      return fold_service(event);
    case Aggregate::network:
      return fold_named(tables_.networks, tables_.network_names, event, network::evolve);
    case Aggregate::secret:
      return fold_named(tables_.secrets, tables_.secret_names, event, secret::evolve);
    case Aggregate::config:
      return fold_named(tables_.configs, tables_.config_names, event, config::evolve);
    case Aggregate::log:
    case Aggregate::task:
      return;
  }
}

// The change of this aggregate, which is not a task; a new one at the end if it has none yet.
Change& Fold::change_of(Aggregate kind, const std::string& id) {
  const auto [at, is_new] = places_.try_emplace(id + static_cast<char>(kind), changes_.size());
  if (is_new) changes_.push_back(Change{kind, id, false, {}});
  return changes_[at->second];
}

void Fold::fold_cluster(const Event& event) {
  if (!tables_.cluster) {
    if (fate_of(event) != Fate::birth) return;
    tables_.cluster = std::make_shared<Cluster>();
  }
  Change& change = change_of(Aggregate::cluster, event.id());
  change.state = std::monostate{};
  cluster::evolve(unshare(tables_.cluster), event, head_);
  change.state = ClusterPtr{tables_.cluster};
}

template <class State, class Evolve>
void Fold::fold_in(AggregateTable<State>& table, Aggregate kind, const Event& event, Evolve evolve) {
  const Fate fate = fate_of(event);
  if (fate != Fate::birth && !table.contains(event.id())) return;
  Change& change = change_of(kind, event.id());
  change.state = std::monostate{};  // let go, so that the state can change in place
  change.removed = fate == Fate::end;
  if (change.removed) {
    change.state = table.remove(event.id());
    return;
  }
  State& state = fate == Fate::birth ? table.add(event.id()) : table.edit(event.id());
  evolve(state, event, head_);
  change.state = table.get(event.id());
}

template <class State, class Evolve>
void Fold::fold_named(AggregateTable<State>& table, NameIndex& names, const Event& event, Evolve evolve) {
  if (const auto before = table.get(event.id())) names.drop(before->spec().name(), event.id());
  fold_in(table, aggregate_of(event), event, evolve);
  if (const auto after = table.get(event.id())) names.put(after->spec().name(), event.id());
}

void Fold::fold_service(const Event& event) {
  const bool was_there = tables_.services.contains(event.id());
  fold_named(tables_.services, tables_.service_names, event, service::evolve);
  if (const ServicePtr after = tables_.services.get(event.id())) {
    tables_.specs.service_is(*after);
  } else if (was_there) {
    tables_.specs.service_gone(event.id());
  }
}

void Fold::bear_task(const Event& event) {
  Task task;
  task::evolve(task, event, head_);
  tables_.specs.task_born(task);
  const TaskTable::Number number = tables_.tasks.add(std::move(task));
  tables_.tasks.mark(number) = static_cast<std::uint32_t>(changes_.size());
  marked_.push_back(number);
  changes_.push_back(Change{Aggregate::task, event.id(), false, tables_.tasks.get(number)});
}

void Fold::fold_task(const Event& event) {
  const TaskTable::Number number = tables_.tasks.find(event.id());
  const Fate fate = fate_of(event);
  if (fate == Fate::birth) {
    CHECK(number == TaskTable::kNone, "task was born twice");
    return bear_task(event);
  }
  if (number == TaskTable::kNone) return;
  if (tables_.tasks.mark(number) == TaskTable::kNone) {
    tables_.tasks.mark(number) = static_cast<std::uint32_t>(changes_.size());
    marked_.push_back(number);
    changes_.push_back(Change{Aggregate::task, event.id(), false, {}});
  }
  Change& change = changes_[tables_.tasks.mark(number)];
  change.state = std::monostate{};  // let go, so that the state can change in place
  if (fate == Fate::end) {
    const TaskPtr last = tables_.tasks.remove(number);
    tables_.specs.task_gone(*last);
    change.removed = true;
    change.state = last;
    return;
  }
  task::evolve(tables_.tasks.edit(number), event, head_);
  tables_.tasks.edited(number);
  change.state = tables_.tasks.get(number);
}

}  // namespace skein
