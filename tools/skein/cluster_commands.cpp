// info, swarm init and leave, node update and rm.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <utility>

#include "tools/skein/labels.h"
#include "tools/skein/session.h"
#include "tools/skein/words.h"

namespace skein::cli {
namespace {

constexpr const char* kInitialized =
    "Swarm initialized: current node ({}) is now a manager.\n\n"
    "Workers and managers join with the tokens that 'docker swarm join-token' shows.\n";

std::string hex(const std::string& bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

std::string swarm_text(const control::NodeStateReply& state) {
  std::string out = " Swarm: " + state.swarm() + "\n";
  if (state.swarm() == "inactive") return out;
  out += fmt::format("  NodeID: {}\n", state.node_id());
  if (!state.error().empty()) out += fmt::format("  Error: {}\n", state.error());
  out += fmt::format("  Is Manager: {}\n", state.manager());
  if (state.manager()) {
    out += fmt::format("  Leader: {}\n", state.leader_id().empty() ? "unknown" : state.leader_id());
    out += fmt::format("  Log Index: {}\n  Term: {}\n  State Digest: {}\n", state.index(), state.term(),
                       hex(state.state_digest()));
  }
  out += fmt::format("  Node Address: {}\n", state.node_addr());
  if (!state.remote_managers().empty()) out += "  Manager Addresses:\n";
  for (const std::string& address : state.remote_managers()) out += fmt::format("   {}\n", address);
  return out;
}

std::string info_text(const control::NodeStateReply& state) {
  std::string out = fmt::format("Client:\n Version:    {}\n\nServer:\n", SKEIN_VERSION);
  out += fmt::format(" Containers: {}\n  Running: {}\n  Stopped: {}\n", state.containers(), state.containers_running(),
                     state.containers() - state.containers_running());
  out += fmt::format(" Server Version: {}\n Cgroup Driver: {}\n Cgroup Version: {}\n", state.engine_version(),
                     state.cgroup_driver(), state.cgroup_version());
  out += swarm_text(state);
  out += fmt::format(" Kernel Version: {}\n Operating System: {}\n Architecture: {}\n", state.kernel(),
                     state.operating_system(), state.architecture());
  out += fmt::format(" CPUs: {}\n Total Memory: {}\n Name: {}\n Data Root: {}\n", state.cpus(),
                     binary_size(static_cast<std::int64_t>(state.memory_bytes())), state.hostname(), state.data_root());
  for (const std::string& warning : state.warnings()) out += "WARNING: " + warning + "\n";
  return out;
}

nlohmann::ordered_json info_json(const control::NodeStateReply& state) {
  return {{"Name", state.hostname()},
          {"ServerVersion", state.engine_version()},
          {"Containers", state.containers()},
          {"ContainersRunning", state.containers_running()},
          {"KernelVersion", state.kernel()},
          {"OperatingSystem", state.operating_system()},
          {"Architecture", state.architecture()},
          {"NCPU", state.cpus()},
          {"MemTotal", state.memory_bytes()},
          {"DataRoot", state.data_root()},
          {"Swarm",
           {{"LocalNodeState", state.swarm()},
            {"ControlAvailable", state.manager()},
            {"NodeID", state.node_id()},
            {"NodeAddr", state.node_addr()},
            {"Error", state.error()},
            {"LeaderID", state.leader_id()},
            {"Index", state.index()},
            {"Term", state.term()},
            {"StateDigest", hex(state.state_digest())}}}};
}

int info(Session& session, const std::string& wanted) {
  const auto format = parse_format(wanted);
  if (!format) return session.misuse(format.refusal().text);
  const auto state = session.client->node_state();
  if (!state) return session.fail(state.refusal());
  if (*format == Format::json)
    session.console.out << info_json(*state).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  else
    session.console.out << info_text(*state);
  return kDone;
}

struct InitFlags {
  control::SwarmInitRequest request;
  std::string availability;
  std::string cert_expiry;
  std::int64_t task_history = -1;
};

Result<NodeSpec::Availability> parse_availability(const std::string& text) {
  if (text.empty() || text == "active") return NodeSpec::ACTIVE;
  if (text == "pause") return NodeSpec::PAUSE;
  if (text == "drain") return NodeSpec::DRAIN;
  return Refusal{Errc::invalid, "invalid Availability: \"" + text + "\""};
}

int swarm_init(Session& session, InitFlags& flags) {
  const auto availability = parse_availability(flags.availability);
  if (!availability) return session.fail(availability.refusal());
  flags.request.set_availability(*availability);
  if (flags.task_history >= 0) flags.request.mutable_spec()->set_task_history_limit(flags.task_history);
  const auto node_id = session.client->swarm_init(flags.request);
  if (!node_id) return session.fail(node_id.refusal());
  session.console.out << fmt::format(fmt::runtime(kInitialized), *node_id);
  return kDone;
}

void add_init(CLI::App& swarm, Session& session) {
  CLI::App* init = swarm.add_subcommand("init", "Initialize a swarm");
  const auto flags = std::make_shared<InitFlags>();
  control::SwarmInitRequest& request = flags->request;
  const auto text = [&](const char* name, std::string* into, const char* help) { init->add_option(name, *into, help); };
  text("--listen-addr", request.mutable_listen_addr(), "Listen address");
  text("--advertise-addr", request.mutable_advertise_addr(), "Advertised address");
  text("--data-path-addr", request.mutable_data_path_addr(), "Address or interface for data path traffic");
  text("--availability", &flags->availability, "Availability of the node (active, pause, drain)");
  init->add_option("--task-history-limit", flags->task_history, "Task history retention limit")
      ->check(CLI::NonNegativeNumber);
  init->add_option_function<std::vector<std::string>>(
      "--default-addr-pool",
      [flags](const std::vector<std::string>& pools) {
        flags->request.mutable_default_addr_pool()->Assign(pools.begin(), pools.end());
      },
      "Default address pool in CIDR format");
  init->add_option_function<std::uint32_t>(
      "--default-addr-pool-mask-length", [flags](std::uint32_t size) { flags->request.set_subnet_size(size); },
      "Default address pool subnet mask length");
  init->add_option_function<std::uint32_t>(
      "--data-path-port", [flags](std::uint32_t port) { flags->request.set_data_path_port(port); },
      "Port for data path traffic");
  init->add_flag_callback(
      "--force-new-cluster", [flags] { flags->request.set_force_new_cluster(true); },
      "Force create a new cluster from current state");
  init->add_flag_callback(
      "--autolock", [flags] { flags->request.set_auto_lock_managers(true); }, "Enable manager autolocking");
  init->callback([=, &session] { session.action = [=, &session] { return swarm_init(session, *flags); }; });
}

void add_leave(CLI::App& swarm, Session& session) {
  CLI::App* leave = swarm.add_subcommand("leave", "Leave the swarm");
  const auto force = std::make_shared<bool>(false);
  leave->add_flag("-f,--force", *force, "Force this node to leave the swarm, ignoring warnings");
  leave->callback([=, &session] {
    session.action = [=, &session] {
      if (auto left = session.client->swarm_leave(*force); !left) return session.fail(left.refusal());
      session.console.out << "Node left the swarm.\n";
      return kDone;
    };
  });
}

struct NodeFlags {
  std::string node, availability, role;
  std::vector<std::string> label_add, label_rm;
};

Result<NodeSpec> changed(NodeSpec spec, const NodeFlags& flags) {
  if (!flags.availability.empty()) {
    const auto availability = parse_availability(flags.availability);
    if (!availability) return availability.refusal();
    spec.set_availability(*availability);
  }
  if (!flags.role.empty() && flags.role != "worker" && flags.role != "manager")
    return Refusal{Errc::invalid, "invalid Role: \"" + flags.role + "\""};
  if (!flags.role.empty()) spec.set_role(flags.role == "manager" ? MANAGER : WORKER);
  change_labels(flags.label_add, flags.label_rm, *spec.mutable_labels());
  return spec;
}

int update_node(Session& session, const NodeFlags& flags) {
  control::Question question;
  question.set_kind(control::NODES);
  question.add_typed(flags.node);
  const auto answer = session.ask(question);
  if (!answer) return session.fail(answer.refusal());
  if (report_missing(session, *answer)) return kFailed;
  const Node& node = answer->nodes(0);
  auto spec = changed(node.spec(), flags);
  if (!spec) return session.fail(spec.refusal());
  Command command;
  command.mutable_update_node()->set_node_id(node.id());
  command.mutable_update_node()->set_expected_revision(node.revision());
  *command.mutable_update_node()->mutable_spec() = std::move(*spec);
  if (auto outcome = session.client->submit(std::move(command)); !outcome) return session.fail(outcome.refusal());
  session.console.out << flags.node << '\n';
  return kDone;
}

}  // namespace

void add_system_commands(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("info", "This node, its swarm and its log");
  const auto format = std::make_shared<std::string>();
  command->add_option("--format", *format, "Format output: table or json");
  command->callback([=, &session] { session.action = [=, &session] { return info(session, *format); }; });
}

void add_swarm_commands(CLI::App& app, Session& session) {
  CLI::App* swarm = app.add_subcommand("swarm", "Manage Swarm")->require_subcommand(1);
  add_init(*swarm, session);
  add_leave(*swarm, session);
}

void add_node_change_commands(CLI::App& node, Session& session) {
  CLI::App* update = node.add_subcommand("update", "Update a node");
  const auto flags = std::make_shared<NodeFlags>();
  update->add_option("--availability", flags->availability, "Availability of the node (active, pause, drain)");
  update->add_option("--role", flags->role, "Role of the node (worker, manager)");
  update->add_option("--label-add", flags->label_add, "Add or update a node label (key=value)")
      ->allow_extra_args(false);
  update->add_option("--label-rm", flags->label_rm, "Remove a node label if exists")->allow_extra_args(false);
  update->add_option("node", flags->node)->required();
  update->callback([=, &session] { session.action = [=, &session] { return update_node(session, *flags); }; });
}

}  // namespace skein::cli
