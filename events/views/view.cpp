#include "events/views/view.h"

#include <utility>

#include "events/views/fold.h"
#include "events/views/view_state.h"

namespace skein {
namespace {

std::vector<TaskPtr> read(const TaskTable& table, const std::vector<TaskTable::Number>& numbers) {
  std::vector<TaskPtr> out;
  out.reserve(numbers.size());
  for (const TaskTable::Number number : numbers) out.push_back(table.get(number));
  return out;
}

template <class State>
std::shared_ptr<const State> named(const AggregateTable<State>& table, const NameIndex& names, std::string_view name) {
  const std::string* id = names.find(name);
  return id == nullptr ? nullptr : table.get(*id);
}

}  // namespace

DigestSum ViewTables::settle() {
  nodes.settle();
  services.settle();
  networks.settle();
  secrets.settle();
  configs.settle();
  tasks.settle();
  DigestSum total;
  for (const DigestSum& sum : {nodes.sum(), services.sum(), networks.sum(), secrets.sum(), configs.sum(), tasks.sum(),
                               specs.sum(), commands.sum()}) {
    total += sum;
  }
  if (cluster) total += DigestSum::of(DigestKind::cluster, *cluster);
  return total;
}

View::View() : state_{std::make_unique<State>()} {}
View::~View() = default;
View::View(View&&) noexcept = default;
View& View::operator=(View&&) noexcept = default;

std::vector<Change> View::apply(const Record& record) { return Fold{*state_, record}.run(); }

LogIndex View::index() const { return LogIndex{state_->index}; }
Term View::term() const { return Term{state_->term}; }
WallTime View::time() const { return WallTime{state_->at_ns}; }
const std::string& View::record_digest() const { return state_->record_digest; }
std::string View::state_digest() const { return state_->settle().bytes(); }

ClusterPtr View::cluster() const { return state_->cluster; }

NodePtr View::node(std::string_view id) const { return state_->nodes.get(id); }
ServicePtr View::service(std::string_view id) const { return state_->services.get(id); }
NetworkPtr View::network(std::string_view id) const { return state_->networks.get(id); }
FilePtr View::secret(std::string_view id) const { return state_->secrets.get(id); }
FilePtr View::config(std::string_view id) const { return state_->configs.get(id); }
TaskPtr View::task(std::string_view id) const {
  const TaskTable::Number number = state_->tasks.find(id);
  return number == TaskTable::kNone ? nullptr : state_->tasks.get(number);
}

ServicePtr View::service_named(std::string_view name) const {
  return named(state_->services, state_->service_names, name);
}
NetworkPtr View::network_named(std::string_view name) const {
  return named(state_->networks, state_->network_names, name);
}
FilePtr View::secret_named(std::string_view name) const { return named(state_->secrets, state_->secret_names, name); }
FilePtr View::config_named(std::string_view name) const { return named(state_->configs, state_->config_names, name); }

std::vector<NodePtr> View::nodes() const { return state_->nodes.all(); }
std::vector<ServicePtr> View::services() const { return state_->services.all(); }
std::vector<NetworkPtr> View::networks() const { return state_->networks.all(); }
std::vector<FilePtr> View::secrets() const { return state_->secrets.all(); }
std::vector<FilePtr> View::configs() const { return state_->configs.all(); }
std::vector<TaskPtr> View::tasks() const { return read(state_->tasks, state_->tasks.all()); }
std::size_t View::task_count() const { return state_->tasks.size(); }

std::vector<TaskPtr> View::tasks_of_service(std::string_view service_id) const {
  return read(state_->tasks, state_->tasks.of_service(service_id));
}
std::vector<TaskPtr> View::tasks_on_node(std::string_view node_id) const {
  return read(state_->tasks, state_->tasks.on_node(node_id));
}
std::vector<TaskPtr> View::tasks_in_slot(std::string_view service_id, std::uint64_t slot) const {
  return read(state_->tasks, state_->tasks.in_slot(service_id, slot));
}

SpecPtr View::spec(std::string_view service_id, std::uint64_t version) const {
  return state_->specs.find(service_id, version);
}

std::vector<RememberedCommand> View::remembered_commands() const {
  return {state_->commands.all().begin(), state_->commands.all().end()};
}

const RememberedCommand* View::remembered(std::string_view command_id) const {
  return state_->commands.find(command_id);
}

}  // namespace skein
