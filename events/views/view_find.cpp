// View: looking up what a user typed. Order and texts as moby's daemon/cluster/helpers.go: full id, exact name,
// unique id prefix.
#include <fmt/core.h>

#include <utility>

#include "events/views/view.h"
#include "events/views/view_state.h"

namespace skein {
namespace {

template <class Pointer>
Result<Pointer> the_only(std::vector<Pointer> matches, std::string_view kind, std::string_view typed) {
  if (matches.empty()) return Refusal{Errc::not_found, fmt::format("{} {} not found", kind, typed)};
  if (matches.size() > 1) {
    return Refusal{Errc::invalid, fmt::format("{} {} is ambiguous ({} matches found)", kind, typed, matches.size())};
  }
  return std::move(matches.front());
}

template <class State>
Result<std::shared_ptr<const State>> find_in(const AggregateTable<State>& table, const NameIndex& names,
                                             std::string_view kind, std::string_view typed) {
  using Pointer = std::shared_ptr<const State>;
  if (Pointer exact = table.get(typed)) return exact;
  if (const std::string* id = names.find(typed)) return table.get(*id);
  return the_only(typed.empty() ? std::vector<Pointer>{} : table.with_prefix(typed), kind, typed);
}

std::vector<NodePtr> nodes_with_hostname(const AggregateTable<Node>& nodes, std::string_view hostname) {
  std::vector<NodePtr> out;
  for (NodePtr& node : nodes.all()) {
    if (node->description().hostname() == hostname) out.push_back(std::move(node));
  }
  return out;
}

// <service>.<slot>.<task id>, or <service>.<node id>.<task id> for tasks of global services.
std::string name_of(const Service& service, const Task& task) {
  const std::string place = task.slot() != 0 ? std::to_string(task.slot()) : task.node_id();
  return fmt::format("{}.{}.{}", service.spec().name(), place, task.id());
}

bool is_job(const Service& service) { return service.spec().has_replicated_job(); }

// Job slots start at 0, so there a slot of 0 is part of the name.
std::string name_of_job_task(const Service& service, const Task& task) {
  return fmt::format("{}.{}.{}", service.spec().name(), task.slot(), task.id());
}

}  // namespace

Result<NodePtr> View::find_node(std::string_view typed) const {
  if (NodePtr exact = node(typed)) return exact;
  if (typed.empty()) return the_only(std::vector<NodePtr>{}, "node", typed);
  std::vector<NodePtr> matches = nodes_with_hostname(state_->nodes, typed);
  if (matches.empty()) matches = state_->nodes.with_prefix(typed);
  return the_only(std::move(matches), "node", typed);
}

Result<ServicePtr> View::find_service(std::string_view typed) const {
  return find_in(state_->services, state_->service_names, "service", typed);
}

Result<TaskPtr> View::find_task(std::string_view typed) const {
  if (TaskPtr exact = task(typed)) return exact;
  if (const auto dot = typed.rfind('.'); dot != std::string_view::npos) {
    const TaskPtr named = task(typed.substr(dot + 1));
    const ServicePtr owner = named ? service(named->service_id()) : nullptr;
    if (owner && typed == (is_job(*owner) ? name_of_job_task(*owner, *named) : name_of(*owner, *named))) return named;
  }
  std::vector<TaskPtr> matches;
  if (!typed.empty()) {
    for (const TaskTable::Number number : state_->tasks.with_prefix(typed))
      matches.push_back(state_->tasks.get(number));
  }
  return the_only(std::move(matches), "task", typed);
}

Result<NetworkPtr> View::find_network(std::string_view typed) const {
  return find_in(state_->networks, state_->network_names, "network", typed);
}

Result<FilePtr> View::find_secret(std::string_view typed) const {
  return find_in(state_->secrets, state_->secret_names, "secret", typed);
}

Result<FilePtr> View::find_config(std::string_view typed) const {
  return find_in(state_->configs, state_->config_names, "config", typed);
}

}  // namespace skein
