// network create, network rm and node rm: one command each, as docker words them.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <utility>

#include "tools/skein/labels.h"
#include "tools/skein/removal.h"
#include "tools/skein/session.h"

namespace skein::cli {
namespace {

struct NetworkFlags {
  std::string name;
  std::string driver = "overlay";
  std::vector<std::string> labels, options, subnets;
  bool attachable = false, internal = false, ingress = false, ipv6 = false;
};

Command command_of(const NetworkFlags& flags) {
  Command command;
  NetworkSpec& spec = *command.mutable_create_network()->mutable_spec();
  spec.set_name(flags.name);
  spec.set_driver(flags.driver);
  spec.set_attachable(flags.attachable);
  spec.set_internal(flags.internal);
  spec.set_ingress(flags.ingress);
  spec.set_ipv6(flags.ipv6);
  put_labels(flags.labels, *spec.mutable_labels());
  put_labels(flags.options, *spec.mutable_driver_options());
  for (const std::string& subnet : flags.subnets) spec.add_ipam()->set_subnet(subnet);
  return command;
}

int create_network(Session& session, const NetworkFlags& flags) {
  const auto outcome = session.client->submit(command_of(flags));
  if (!outcome) return session.fail(outcome.refusal());
  session.console.out << outcome->object_id() << '\n';
  return kDone;
}

void add_create(CLI::App& network, Session& session) {
  CLI::App* create = network.add_subcommand("create", "Create a network of the swarm");
  const auto flags = std::make_shared<NetworkFlags>();
  create->add_option("-d,--driver", flags->driver, "Driver to manage the network")->capture_default_str();
  create->add_option("--label", flags->labels, "Set metadata on a network")->allow_extra_args(false);
  create->add_option("-o,--opt", flags->options, "Set driver specific options")->allow_extra_args(false);
  create->add_option("--subnet", flags->subnets, "Subnet in CIDR format")->allow_extra_args(false);
  create->add_flag("--attachable", flags->attachable, "Enable manual container attachment");
  create->add_flag("--internal", flags->internal, "Restrict external access to the network");
  create->add_flag("--ingress", flags->ingress, "Create swarm routing-mesh network");
  create->add_flag("--ipv6", flags->ipv6, "Enable IPv6 networking");
  create->add_option("network", flags->name)->required();
  create->callback([=, &session] { session.action = [=, &session] { return create_network(session, *flags); }; });
}

}  // namespace

void add_network_change_commands(CLI::App& network, Session& session) {
  add_create(network, session);
  CLI::App* remove = network.add_subcommand("rm", "Remove one or more networks")->alias("remove");
  const auto names = std::make_shared<std::vector<std::string>>();
  remove->add_option("networks", *names)->required();
  const Removal removal = [](const control::Answer& answer) {
    Command command;
    command.mutable_remove_network()->set_network_id(answer.networks(0).id());
    return command;
  };
  remove->callback([=, &session] {
    session.action = [=, &session] { return remove_each(session, control::NETWORKS, *names, removal); };
  });
}

void add_node_remove_command(CLI::App& node, Session& session) {
  CLI::App* remove = node.add_subcommand("rm", "Remove one or more nodes from the swarm")->alias("remove");
  const auto names = std::make_shared<std::vector<std::string>>();
  const auto force = std::make_shared<bool>(false);
  remove->add_flag("-f,--force", *force, "Force remove a node from the swarm");
  remove->add_option("nodes", *names)->required();
  const Removal removal = [force](const control::Answer& answer) {
    Command command;
    command.mutable_remove_node()->set_node_id(answer.nodes(0).id());
    command.mutable_remove_node()->set_force(*force);
    return command;
  };
  remove->callback([=, &session] {
    session.action = [=, &session] { return remove_each(session, control::NODES, *names, removal); };
  });
}

}  // namespace skein::cli
