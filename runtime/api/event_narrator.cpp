#include "runtime/api/event_narrator.h"

#include <algorithm>
#include <optional>

#include "events/domain/node.h"
#include "events/domain/service.h"
#include "events/domain/task_state.h"
#include "runtime/api/enum_names.h"
#include "runtime/api/service_json.h"

namespace skein {
namespace {

using Attributes = std::map<std::string, std::string>;

// "what.old" and "what.new", if they differ. Nothing old to tell: only the new.
void put_change(Attributes& into, const std::string& what, const std::string& before, const std::string& after) {
  if (before == after) return;
  if (!before.empty()) into[what + ".old"] = before;
  into[what + ".new"] = after;
}

std::string replicas_of(const ServiceSpec& spec) {
  return spec.has_replicated() ? std::to_string(spec.replicated().replicas()) : std::string{};
}

Attributes changes_of(const Service& before, const Service& after) {
  Attributes out{{"name", after.spec().name()}};
  put_change(out, "replicas", replicas_of(before.spec()), replicas_of(after.spec()));
  put_change(out, "image", before.spec().task().container().image(), after.spec().task().container().image());
  if (after.has_update_status())
    put_change(out, "updatestate", std::string{name_of(before.update_status().state())},
               std::string{name_of(after.update_status().state())});
  return out;
}

Attributes changes_of(const Node& before, const Node& after) {
  Attributes out{{"name", after.description().hostname()}};
  put_change(out, "availability", std::string{name_of(before.spec().availability())},
             std::string{name_of(after.spec().availability())});
  put_change(out, "role", std::string{name_of(before.role())}, std::string{name_of(after.role())});
  put_change(out, "state", std::string{name_of(before.status().state())}, std::string{name_of(after.status().state())});
  return out;
}

// One record may change an aggregate twice: that is one notice, from the oldest old to the newest new.
void merge(std::vector<Notice>& into, Notice notice) {
  const auto same = std::find_if(into.begin(), into.end(), [&](const Notice& each) {
    return each.type == notice.type && each.id == notice.id && each.action == notice.action;
  });
  if (same == into.end()) return into.push_back(std::move(notice));
  for (auto& [key, value] : notice.attributes)
    if (!key.ends_with(".old"))
      same->attributes[key] = std::move(value);
    else
      same->attributes.try_emplace(key, std::move(value));
}

// The name a network, secret or config is born with; nullptr: nothing is born.
const std::string* born_name(const Event& event) {
  if (event.has_network_created()) return &event.network_created().spec().name();
  if (event.has_secret_created()) return &event.secret_created().spec().name();
  return event.has_config_created() ? &event.config_created().spec().name() : nullptr;
}

using ServiceSpecPtr = std::shared_ptr<const ServiceSpec>;

struct KnownTask {
  std::string service_id;
  ServiceSpecPtr spec;  // the one it was born with
  std::uint64_t slot = 0;
  std::string node_id;
  std::string container_id;
  TaskState state = TASK_NEW;
};

}  // namespace

struct EventNarrator::State {
  explicit State(std::string its_node) : node_id{std::move(its_node)} {}

  void service(const Event& event, const RecordHead& head);
  void node(const Event& event, const RecordHead& head);
  void tell_one(const Event& event, const RecordHead& head);
  void named(const char* type, std::map<std::string, std::string>& names, const Event& event, bool removed);
  void task(const Event& event);
  void observe(const std::string& id, KnownTask& task, const TaskStatus& status);
  void tell_container(const char* action, const std::string& id, const KnownTask& task, Attributes more = {});
  void say(const char* type, const char* action, const std::string& id, Attributes attributes) {
    merge(notices, {type, action, id, std::move(attributes), true, at_ns});
  }

  const std::string node_id;
  std::map<std::string, Service> services;
  std::map<std::string, ServiceSpecPtr> specs;  // the current one of each service
  std::map<std::string, Node> nodes;
  std::map<std::string, std::string> networks, secrets, configs;  // id -> name
  std::map<std::string, KnownTask> tasks;                         // of this node, and those without one yet
  std::vector<Notice> notices;
  std::int64_t at_ns = 0;
};

void EventNarrator::State::service(const Event& event, const RecordHead& head) {
  const bool created = event.has_service_created();
  if (event.has_service_removed()) {
    const auto it = services.find(event.id());
    if (it == services.end()) return;
    say("service", "remove", event.id(), {{"name", it->second.spec().name()}});
    services.erase(it);
    specs.erase(event.id());
    return;
  }
  if (!created && !services.contains(event.id())) return;
  Service& state = services[event.id()];
  state.set_id(event.id());
  const Service before = state;
  service::evolve(state, event, head);
  specs[event.id()] = std::make_shared<const ServiceSpec>(state.spec());
  if (created)
    say("service", "create", event.id(), {{"name", state.spec().name()}});
  else
    say("service", "update", event.id(), changes_of(before, state));
}

void EventNarrator::State::node(const Event& event, const RecordHead& head) {
  if (event.has_node_removed()) {
    const auto it = nodes.find(event.id());
    if (it == nodes.end()) return;
    say("node", "remove", event.id(), {{"name", it->second.description().hostname()}});
    nodes.erase(it);
    return;
  }
  const bool joined = event.has_node_joined();
  if (!joined && !nodes.contains(event.id())) return;
  Node& state = nodes[event.id()];
  state.set_id(event.id());
  const Node before = state;
  node::evolve(state, event, head);
  if (joined) return say("node", "create", event.id(), {{"name", state.description().hostname()}});
  Attributes changes = changes_of(before, state);
  if (!event.has_node_described() || changes.size() > 1) say("node", "update", event.id(), std::move(changes));
}

void EventNarrator::State::named(const char* type, std::map<std::string, std::string>& names, const Event& event,
                                 bool removed) {
  const std::string* born = born_name(event);
  if (born) names[event.id()] = *born;
  const auto it = names.find(event.id());
  if (it == names.end()) return;
  say(type, born ? "create" : removed ? "remove" : "update", event.id(), {{"name", it->second}});
  if (removed) names.erase(it);
}

void EventNarrator::State::task(const Event& event) {
  if (event.has_task_created()) {
    const TaskCreated& born = event.task_created();
    if (born.node_id().empty() || born.node_id() == node_id)
      tasks[event.id()] = {born.service_id(), specs[born.service_id()], born.slot(), born.node_id(), {}, TASK_NEW};
    return;
  }
  const auto it = tasks.find(event.id());
  if (it == tasks.end()) return;
  if (event.has_task_assigned()) it->second.node_id = event.task_assigned().node_id();
  if (event.has_task_observed()) observe(event.id(), it->second, event.task_observed().status());
  const bool elsewhere = !it->second.node_id.empty() && it->second.node_id != node_id;
  if (event.has_task_reaped() && !it->second.container_id.empty()) tell_container("destroy", event.id(), it->second);
  if (event.has_task_reaped() || elsewhere) tasks.erase(it);
}

void EventNarrator::State::observe(const std::string& id, KnownTask& task, const TaskStatus& status) {
  const TaskState before = std::exchange(task.state, status.state());
  if (task.container_id.empty() && !status.container_id().empty()) {
    task.container_id = status.container_id();
    tell_container("create", id, task);
  }
  if (task.container_id.empty()) return;
  const bool was_started = before >= TASK_STARTING;
  if (!was_started && status.state() >= TASK_STARTING && !is_terminal(status.state()))
    tell_container("start", id, task);
  if (!is_terminal(before) && is_terminal(status.state()) && was_started)
    tell_container("die", id, task, {{"exitCode", std::to_string(status.exit_code())}});
}

void EventNarrator::State::tell_container(const char* action, const std::string& id, const KnownTask& task,
                                          Attributes more) {
  const ServiceSpec none;
  const ServiceSpec& spec = task.spec ? *task.spec : none;
  Task named;
  named.set_id(id);
  named.set_slot(task.slot);
  named.set_node_id(task.node_id);
  const std::string name = task_name(named, spec.name());
  for (const Label& label : spec.task().container().labels()) more.emplace(label.key(), label.value());
  more.insert({{"com.docker.swarm.node.id", task.node_id},
               {"com.docker.swarm.service.id", task.service_id},
               {"com.docker.swarm.service.name", spec.name()},
               {"com.docker.swarm.task", ""},
               {"com.docker.swarm.task.id", id},
               {"com.docker.swarm.task.name", name},
               {"image", spec.task().container().image()},
               {"name", name}});
  notices.push_back({"container", action, task.container_id, std::move(more), false, at_ns});
}

void EventNarrator::State::tell_one(const Event& event, const RecordHead& head) {
  switch (aggregate_of(event)) {
    case Aggregate::service:
      return service(event, head);
    case Aggregate::node:
      return node(event, head);
    case Aggregate::task:
      return task(event);
    case Aggregate::network:
      return named("network", networks, event, event.has_network_removed());
    case Aggregate::secret:
      return named("secret", secrets, event, event.has_secret_removed());
    case Aggregate::config:
      return named("config", configs, event, event.has_config_removed());
    case Aggregate::cluster:
    case Aggregate::log:
      return;
  }
}

EventNarrator::EventNarrator(std::string node_id) : state_{std::make_unique<State>(std::move(node_id))} {}
EventNarrator::~EventNarrator() = default;
EventNarrator::EventNarrator(EventNarrator&&) noexcept = default;

void EventNarrator::seed(const View& view) {
  State& s = *state_;
  for (const ServicePtr& each : view.services()) {
    s.services[each->id()] = *each;
    s.specs[each->id()] = {each, &each->spec()};
  }
  for (const NodePtr& each : view.nodes()) s.nodes[each->id()] = *each;
  for (const NetworkPtr& each : view.networks()) s.networks[each->id()] = each->spec().name();
  for (const FilePtr& each : view.secrets()) s.secrets[each->id()] = each->spec().name();
  for (const FilePtr& each : view.configs()) s.configs[each->id()] = each->spec().name();
  for (const std::string& place : {s.node_id, std::string{}})
    for (const TaskPtr& each : view.tasks_on_node(place)) {
      const SpecPtr born = view.spec_of(*each);
      s.tasks[each->id()] = {each->service_id(),
                             born ? ServiceSpecPtr{born, &born->spec()} : nullptr,
                             each->slot(),
                             each->node_id(),
                             each->status().container_id(),
                             each->status().state()};
    }
}

std::vector<Notice> EventNarrator::tell(const Record& record) {
  State& s = *state_;
  s.notices.clear();
  s.at_ns = record.at_ns();
  const RecordHead head{record.index(), record.at_ns()};
  for (const Event& event : record.events())
    if (event.body_case() != Event::BODY_NOT_SET) s.tell_one(event, head);  // else of a newer node, and ignorable
  return std::move(s.notices);
}

Json notice_to_json(const Notice& notice) {
  Json out = Json::object();
  if (notice.type == "container") {
    out["status"] = notice.action;
    out["id"] = notice.id;
    const auto image = notice.attributes.find("image");
    if (image != notice.attributes.end()) out["from"] = image->second;
  }
  out["Type"] = notice.type;
  out["Action"] = notice.action;
  out["Actor"] = Json{{"ID", notice.id}, {"Attributes", notice.attributes}};
  out["scope"] = notice.swarm ? "swarm" : "local";
  out["time"] = notice.at_ns / 1'000'000'000;
  out["timeNano"] = notice.at_ns;
  return out;
}

}  // namespace skein
