#include "runtime/node/metrics.h"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <map>

#include "events/domain/task_state.h"

namespace skein {
namespace {

struct Numbers {
  std::map<std::string, std::size_t> nodes;       // by state
  std::map<std::string_view, std::size_t> tasks;  // by observed state
  std::size_t services = 0, networks = 0, secrets = 0, configs = 0;
  std::uint64_t index = 0;
};

const char* name_of_state(NodeStatus::State state) {
  static constexpr std::array kNames{"unknown", "down", "ready", "disconnected"};
  return kNames[static_cast<std::size_t>(state) % kNames.size()];
}

Numbers count(const View& view) {
  Numbers numbers;
  for (const NodePtr& node : view.nodes()) ++numbers.nodes[name_of_state(node->status().state())];
  for (const TaskPtr& task : view.tasks()) ++numbers.tasks[task_state_name(task->status().state())];
  numbers.services = view.services().size();
  numbers.networks = view.networks().size();
  numbers.secrets = view.secrets().size();
  numbers.configs = view.configs().size();
  numbers.index = view.index().value();
  return numbers;
}

void gauge(std::string& out, std::string_view name, std::string_view help, auto value) {
  fmt::format_to(std::back_inserter(out), "# HELP {0} {1}\n# TYPE {0} gauge\n{0} {2}\n", name, help, value);
}

template <class Map>
void gauge_by_state(std::string& out, std::string_view name, std::string_view help, const Map& by_state) {
  fmt::format_to(std::back_inserter(out), "# HELP {0} {1}\n# TYPE {0} gauge\n", name, help);
  for (const auto& [state, number] : by_state)
    fmt::format_to(std::back_inserter(out), "{}{{state=\"{}\"}} {}\n", name, state, number);
}

}  // namespace

std::string metrics_text(Gateway* gateway) {
  std::string out;
  gauge(out, "swarm_node_manager", "Whether this node is a manager", gateway != nullptr ? 1 : 0);
  if (gateway == nullptr) return out;
  Numbers numbers;
  gateway->read([&](const View& view) { numbers = count(view); });
  gauge(out, "swarm_manager_leader", "Whether this manager leads", gateway->is_leader() ? 1 : 0);
  gauge_by_state(out, "swarm_manager_nodes", "Nodes by state", numbers.nodes);
  gauge_by_state(out, "swarm_manager_tasks_total", "Tasks by observed state", numbers.tasks);
  gauge(out, "swarm_manager_services_total", "Services", numbers.services);
  gauge(out, "swarm_manager_networks_total", "Networks of the cluster", numbers.networks);
  gauge(out, "swarm_manager_secrets_total", "Secrets", numbers.secrets);
  gauge(out, "swarm_manager_configs_total", "Configs", numbers.configs);
  gauge(out, "skein_log_index", "Index of the last record folded", numbers.index);
  return out;
}

Response answer_metrics(const Request& request, Gateway* gateway) {
  if (request.method != "GET" || request.target.segments != std::vector<std::string>{"metrics"})
    return error_response(404, "page not found");
  return plain_response(200, metrics_text(gateway), "text/plain; version=0.0.4");
}

}  // namespace skein
