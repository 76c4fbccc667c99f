// View: to and from a snapshot.
#include <utility>

#include "events/base/check.h"
#include "events/views/view.h"
#include "events/views/view_state.h"

namespace skein {
namespace {

template <class State, class Repeated>
void write_all(const AggregateTable<State>& table, Repeated& out) {
  for (const auto& state : table.all()) *out.Add() = *state;
}

template <class State, class Repeated>
void read_all(const Repeated& in, AggregateTable<State>& table) {
  for (const State& state : in) table.add(state.id()) = state;
}

template <class Repeated>
void read_names(const Repeated& in, NameIndex& names) {
  for (const auto& state : in) names.put(state.spec().name(), state.id());
}

void read_head(const Snapshot& snapshot, ViewTables& tables) {
  tables.index = snapshot.index();
  tables.term = snapshot.term();
  tables.at_ns = snapshot.at_ns();
  tables.record_digest = snapshot.record_digest();
  if (snapshot.has_cluster()) tables.cluster = std::make_shared<Cluster>(snapshot.cluster());
}

void read_aggregates(const Snapshot& snapshot, ViewTables& tables) {
  read_all(snapshot.nodes(), tables.nodes);
  read_all(snapshot.services(), tables.services);
  read_all(snapshot.networks(), tables.networks);
  read_all(snapshot.secrets(), tables.secrets);
  read_all(snapshot.configs(), tables.configs);
  read_names(snapshot.services(), tables.service_names);
  read_names(snapshot.networks(), tables.network_names);
  read_names(snapshot.secrets(), tables.secret_names);
  read_names(snapshot.configs(), tables.config_names);
}

void read_specs_and_tasks(const Snapshot& snapshot, ViewTables& tables) {
  for (const SpecVersion& spec : snapshot.specs()) tables.specs.restore(spec);
  for (const Service& service : snapshot.services()) tables.specs.service_is(service);
  for (const Task& task : snapshot.tasks()) {
    tables.specs.task_born(task);
    tables.tasks.add(task);
    tables.tasks.pack_now_and_then();
  }
  tables.specs.drop_unnamed();
}

}  // namespace

View View::from_snapshot(const Snapshot& snapshot) {
  View view;
  ViewTables& tables = *view.state_;
  read_head(snapshot, tables);
  read_aggregates(snapshot, tables);
  read_specs_and_tasks(snapshot, tables);
  for (const RememberedCommand& command : snapshot.commands()) tables.commands.restore(command);
  CHECK(snapshot.state_digest().empty() || snapshot.state_digest() == view.state_digest(),
        "the snapshot does not hold the state its digest says");
  return view;
}

Snapshot View::to_snapshot() const {
  Snapshot out;
  ViewTables& tables = *state_;
  out.set_index(tables.index);
  out.set_term(tables.term);
  out.set_at_ns(tables.at_ns);
  out.set_record_digest(tables.record_digest);
  if (tables.cluster) *out.mutable_cluster() = *tables.cluster;
  write_all(tables.nodes, *out.mutable_nodes());
  write_all(tables.services, *out.mutable_services());
  for (const auto& spec : tables.specs.all()) *out.add_specs() = *spec;
  for (const TaskTable::Number number : tables.tasks.all()) tables.tasks.copy_to(number, *out.add_tasks());
  write_all(tables.networks, *out.mutable_networks());
  write_all(tables.secrets, *out.mutable_secrets());
  write_all(tables.configs, *out.mutable_configs());
  for (const RememberedCommand& command : tables.commands.all()) *out.add_commands() = command;
  out.set_state_digest(state_digest());
  return out;
}

}  // namespace skein
