#include "runtime/control/record_filter.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "runtime/api/record_json.h"

namespace skein {
namespace {

constexpr std::array kKeys{"type", "aggregate", "id", "principal", "via", "command", "kind", "service", "node"};
constexpr std::size_t kPrefixMin = 4;  // shorter ones would rather be a name

const char* name_of(Aggregate kind) {
  constexpr std::array kNames{"log", "cluster", "node", "service", "task", "network", "secret", "config"};
  return kNames[static_cast<std::size_t>(kind)];
}

bool is_type(const std::string& type, const std::string& pattern) {
  if (pattern.ends_with('*')) return type.starts_with(std::string_view{pattern}.substr(0, pattern.size() - 1));
  return type == pattern;
}

bool any(const std::set<std::string>& values, const auto& holds) {
  return std::any_of(values.begin(), values.end(), holds);
}

// An aggregate as a user may have typed it.
bool is_called(const std::string& id, const std::string& name, const std::set<std::string>& values) {
  return any(values, [&](const std::string& value) {
    return value == id || value == name || (value.size() >= kPrefixMin && id.starts_with(value));
  });
}

std::string named(const std::map<std::string, std::string>& names, const std::string& id) {
  const auto found = names.find(id);
  return found == names.end() ? std::string{} : found->second;
}

bool has_origin(const Origin& origin, const std::string& key, const std::set<std::string>& values) {
  if (key == "principal") return values.contains(origin.principal());
  if (key == "via") return values.contains(origin.via());
  if (key == "command") return values.contains(origin.command_id());
  return values.contains(origin.command_kind());
}

}  // namespace

Result<RecordFilter> RecordFilter::parse(const std::vector<std::string>& filters) {
  RecordFilter out;
  for (const std::string& filter : filters) {
    const std::size_t equals = filter.find('=');
    const std::string key = filter.substr(0, equals);
    const bool known = std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
    if (!known || equals == std::string::npos) return Refusal{Errc::invalid, "invalid filter '" + filter + "'"};
    out.wanted_[key].insert(filter.substr(equals + 1));
  }
  return out;
}

void RecordFilter::seed(const View& view) {
  tasks_.clear();
  services_.clear();
  hostnames_.clear();
  for (const ServicePtr& service : view.services()) services_[service->id()] = service->spec().name();
  for (const NodePtr& node : view.nodes()) hostnames_[node->id()] = node->description().hostname();
  for (const TaskPtr& task : view.tasks()) tasks_[task->id()] = {task->service_id(), task->node_id()};
}

void RecordFilter::learn(const Event& event) {
  switch (event.body_case()) {
    case Event::kServiceCreated:
      services_[event.id()] = event.service_created().spec().name();
      break;
    case Event::kNodeJoined:
      hostnames_[event.id()] = event.node_joined().description().hostname();
      break;
    case Event::kNodeDescribed:
      hostnames_[event.id()] = event.node_described().description().hostname();
      break;
    case Event::kTaskCreated:
      tasks_[event.id()] = {event.task_created().service_id(), event.task_created().node_id()};
      break;
    case Event::kTaskAssigned:
      tasks_[event.id()].node_id = event.task_assigned().node_id();
      break;
    case Event::kTaskReaped:
      reaped_.push_back(event.id());
      break;
    default:
      break;
  }
}

bool RecordFilter::is_of_service(const Event& event, const std::set<std::string>& values) const {
  const Aggregate kind = aggregate_of(event);
  if (kind == Aggregate::service) return is_called(event.id(), named(services_, event.id()), values);
  const auto task = kind == Aggregate::task ? tasks_.find(event.id()) : tasks_.end();
  if (task == tasks_.end()) return false;
  return is_called(task->second.service_id, named(services_, task->second.service_id), values);
}

bool RecordFilter::is_of_node(const Event& event, const std::set<std::string>& values) const {
  const Aggregate kind = aggregate_of(event);
  if (kind == Aggregate::node) return is_called(event.id(), named(hostnames_, event.id()), values);
  const auto task = kind == Aggregate::task ? tasks_.find(event.id()) : tasks_.end();
  if (task == tasks_.end() || task->second.node_id.empty()) return false;
  return is_called(task->second.node_id, named(hostnames_, task->second.node_id), values);
}

bool RecordFilter::holds(const Record& record, const Event& event) const {
  return std::all_of(wanted_.begin(), wanted_.end(), [&](const auto& filter) {
    const auto& [key, values] = filter;
    if (key == "type") return any(values, [&](const auto& value) { return is_type(event_type(event), value); });
    if (key == "id") return values.contains(event.id());
    if (key != "aggregate" && key != "service" && key != "node") return has_origin(record.origin(), key, values);
    if (event.body_case() == Event::BODY_NOT_SET) return false;
    if (key == "aggregate") return values.contains(name_of(aggregate_of(event)));
    return key == "service" ? is_of_service(event, values) : is_of_node(event, values);
  });
}

RecordPtr RecordFilter::pick(const RecordPtr& record) {
  if (takes_all()) return record;
  const bool learns = needs_seed();
  auto picked = std::make_shared<Record>();
  for (const Event& event : record->events()) {
    if (learns) learn(event);
    if (holds(*record, event)) *picked->add_events() = event;
  }
  for (const std::string& id : reaped_) tasks_.erase(id);
  reaped_.clear();
  if (picked->events().empty()) return nullptr;
  if (picked->events_size() == record->events_size()) return record;
  picked->set_index(record->index());
  picked->set_term(record->term());
  picked->set_at_ns(record->at_ns());
  picked->set_digest(record->digest());
  *picked->mutable_origin() = record->origin();
  return picked;
}

}  // namespace skein
