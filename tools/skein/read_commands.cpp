// Nodes, services, tasks and networks: their commands, of which those that only read are here.
#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "runtime/api/network_json.h"
#include "runtime/api/node_json.h"
#include "runtime/api/service_json.h"
#include "tools/skein/inspect.h"
#include "tools/skein/list_command.h"
#include "tools/skein/pretty.h"
#include "tools/skein/rows.h"
#include "tools/skein/session.h"

namespace skein::cli {
namespace {

std::vector<Json> task_json(const control::Answer& answer) {
  std::vector<Json> out;
  for (const Task& task : answer.tasks()) {
    TaskWithSpec joined{std::make_shared<const Task>(task), nullptr, {}};
    for (const SpecVersion& spec : answer.specs())
      if (spec.service_id() == task.service_id() && spec.version() == task.spec_version())
        joined.spec = std::make_shared<const SpecVersion>(spec);
    for (const TaskNetwork& attached : task.networks())
      for (const Network& network : answer.networks())
        if (network.id() == attached.network_id()) joined.networks.push_back(std::make_shared<const Network>(network));
    if (joined.spec) out.push_back(task_to_json(joined));
  }
  return out;
}

std::vector<Json> node_json(const control::Answer& answer) {
  std::vector<Json> out;
  for (const Node& node : answer.nodes()) out.push_back(node_to_json(node, answer.leader_id()));
  return out;
}

std::vector<Json> service_json(const control::Answer& answer) {
  std::vector<Json> out;
  for (const Service& service : answer.services()) out.push_back(service_to_json(service, {}));
  return out;
}

std::vector<Json> network_json(const control::Answer& answer) {
  std::vector<Json> out;
  for (const Network& network : answer.networks()) out.push_back(network_to_json(network));
  for (const control::LocalNetwork& each : answer.local_networks()) {
    LocalNetwork network{each.id(), each.name(), each.driver(), each.subnet(), each.gateway(), each.created_at_ns()};
    out.push_back(local_network_to_json(network));
  }
  return out;
}

Listing bare(Listing (*rows)(const control::Answer&), const control::Answer& answer) { return rows(answer); }

}  // namespace

void add_node_commands(CLI::App& app, Session& session) {
  CLI::App* node = app.add_subcommand("node", "Manage Swarm nodes")->require_subcommand(1);
  add_list(*node, session, control::NODES, [](const auto& answer, const auto&) { return bare(node_rows, answer); });
  add_ps(*node, session, true);
  add_inspect(*node, session, {control::NODES, node_json, pretty_nodes});
  add_node_change_commands(*node, session);
  add_node_remove_command(*node, session);
}

void add_service_commands(CLI::App& app, Session& session) {
  CLI::App* service = app.add_subcommand("service", "Manage Swarm services")->require_subcommand(1);
  add_list(*service, session, control::SERVICES,
           [](const auto& answer, const auto&) { return bare(service_rows, answer); });
  add_ps(*service, session, false);
  add_inspect(*service, session, {control::SERVICES, service_json, pretty_services});
  add_service_change_commands(*service, session);
  add_service_log_command(*service, session);
}

void add_task_commands(CLI::App& app, Session& session) {
  CLI::App* task = app.add_subcommand("task", "Look at tasks")->require_subcommand(1);
  add_inspect(*task, session, {control::TASKS, task_json, nullptr});
}

void add_network_commands(CLI::App& app, Session& session) {
  CLI::App* network = app.add_subcommand("network", "Manage networks")->require_subcommand(1);
  add_list(*network, session, control::NETWORKS, network_rows);
  add_inspect(*network, session, {control::NETWORKS, network_json, nullptr});
  add_network_change_commands(*network, session);
}

}  // namespace skein::cli
