#include "runtime/control/sight.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "runtime/api/service_json.h"

namespace skein {
namespace {

using Typed = google::protobuf::RepeatedPtrField<std::string>;

void note_missing(Sight& sight, const std::string& typed, const Refusal& refusal) {
  control::Missing& missing = sight.missing.emplace_back();
  missing.set_typed(typed);
  missing.set_code(static_cast<std::uint32_t>(refusal.code));
  missing.set_text(refusal.text);
}

// Those named, or all of them when nothing is named. Names keep the order in which they were typed.
template <class Pointer, class All, class Find>
std::vector<Pointer> chosen(Sight& sight, const Typed& typed, const All& all, const Find& find) {
  if (typed.empty()) return all();
  std::vector<Pointer> out;
  for (const std::string& name : typed) {
    Result<Pointer> found = find(name);
    if (!found)
      note_missing(sight, name, found.refusal());
    else if (std::find(out.begin(), out.end(), *found) == out.end())
      out.push_back(*found);
  }
  return out;
}

// What the tasks name: their specs, services, nodes and networks.
class Neighbours {
 public:
  Neighbours(const View& view, Sight& sight) : view_{view}, sight_{sight} {}

  void add_of(const Task& task) {
    if (SpecPtr spec = view_.spec_of(task)) specs_.emplace(std::pair{task.service_id(), task.spec_version()}, spec);
    add(services_, view_.service(task.service_id()));
    add(nodes_, view_.node(task.node_id()));
    for (const TaskNetwork& network : task.networks()) add(networks_, view_.network(network.network_id()));
  }
  void give() {
    for (auto& [key, spec] : specs_) sight_.specs.push_back(std::move(spec));
    for (auto& [id, service] : services_) sight_.services.push_back(std::move(service));
    for (auto& [id, node] : nodes_) sight_.nodes.push_back(std::move(node));
    for (auto& [id, network] : networks_) sight_.networks.push_back(std::move(network));
  }

 private:
  template <class Pointer>
  void add(std::map<std::string, Pointer>& into, Pointer found) {
    if (found) into.emplace(found->id(), std::move(found));
  }
  const View& view_;
  Sight& sight_;
  std::map<std::pair<std::string, std::uint64_t>, SpecPtr> specs_;
  std::map<std::string, ServicePtr> services_;
  std::map<std::string, NodePtr> nodes_;
  std::map<std::string, NetworkPtr> networks_;
};

std::vector<TaskPtr> tasks_of_owners(const View& view, Sight& sight, const control::Question& question) {
  std::map<std::string, TaskPtr> tasks;
  const auto take = [&](const std::vector<TaskPtr>& found) {
    for (const TaskPtr& task : found) tasks.emplace(task->id(), task);
  };
  for (const std::string& typed : question.of_service()) {
    const auto service = view.find_service(typed);
    if (service)
      take(view.tasks_of_service((*service)->id()));
    else
      note_missing(sight, typed, service.refusal());
  }
  for (const std::string& typed : question.of_node()) {
    const auto node = view.find_node(typed);
    if (node)
      take(view.tasks_on_node((*node)->id()));
    else
      note_missing(sight, typed, node.refusal());
  }
  std::vector<TaskPtr> out;
  for (auto& [id, task] : tasks) out.push_back(std::move(task));
  return out;
}

void see_tasks(const View& view, Sight& sight, const control::Question& question) {
  if (question.of_service().empty() && question.of_node().empty())
    sight.tasks = chosen<TaskPtr>(
        sight, question.typed(), [&] { return view.tasks(); }, [&](const auto& name) { return view.find_task(name); });
  else
    sight.tasks = tasks_of_owners(view, sight, question);
  Neighbours neighbours{view, sight};
  for (const TaskPtr& task : sight.tasks) neighbours.add_of(*task);
  neighbours.give();
}

void see_services(const View& view, Sight& sight, const control::Question& question) {
  sight.services = chosen<ServicePtr>(
      sight, question.typed(), [&] { return view.services(); },
      [&](const auto& name) { return view.find_service(name); });
  for (const ServicePtr& service : sight.services) {
    const ServiceCounts counted = count_tasks(*service, view.tasks_of_service(service->id()));
    control::ServiceCounts& counts = sight.counts.emplace_back();
    counts.set_service_id(service->id());
    counts.set_running(counted.running);
    counts.set_desired(counted.desired);
    counts.set_completed(counted.completed);
  }
}

}  // namespace

Sight look(const View& view, const control::Question& question) {
  Sight sight;
  sight.index = view.index();
  sight.time = view.time();
  sight.cluster = view.cluster();
  const Typed& typed = question.typed();
  switch (question.kind()) {
    case control::NODES:
      sight.nodes = chosen<NodePtr>(
          sight, typed, [&] { return view.nodes(); }, [&](const auto& name) { return view.find_node(name); });
      break;
    case control::SERVICES:
      see_services(view, sight, question);
      break;
    case control::TASKS:
      see_tasks(view, sight, question);
      break;
    case control::NETWORKS:
      sight.networks = chosen<NetworkPtr>(
          sight, typed, [&] { return view.networks(); }, [&](const auto& name) { return view.find_network(name); });
      break;
    case control::SECRETS:
      sight.files = chosen<FilePtr>(
          sight, typed, [&] { return view.secrets(); }, [&](const auto& name) { return view.find_secret(name); });
      break;
    case control::CONFIGS:
      sight.files = chosen<FilePtr>(
          sight, typed, [&] { return view.configs(); }, [&](const auto& name) { return view.find_config(name); });
      break;
    default:
      break;
  }
  return sight;
}

}  // namespace skein
