// Every decider against its script. The scripts hold one case a refusal, in the order of the checks.
#include <gtest/gtest.h>

#include "events/domain/cluster.h"
#include "events/domain/config.h"
#include "events/domain/network.h"
#include "events/domain/node.h"
#include "events/domain/secret.h"
#include "events/domain/service.h"
#include "events/domain/task.h"
#include "events/domain/task_state.h"
#include "tests/events/domain/subject.h"

namespace skein::test {
namespace {

std::string script(const std::string& name) { return std::string{SKEIN_TEST_DATA} + "/domain/" + name + ".txt"; }

Refusal unknown(const Block& block) {
  ADD_FAILURE() << "line " << block.line << ": unknown verb " << block.verb;
  return {Errc::fault, "unknown verb"};
}

Result<Decision> decide_cluster(const Cluster& state, const Block& block, const DecideContext& context) {
  const Command command = command_of(block);
  if (command.has_found_cluster()) return cluster::decide(state, command.found_cluster(), context);
  if (command.has_update_cluster()) return cluster::decide(state, command.update_cluster(), context);
  return unknown(block);
}

Result<Decision> decide_node(const Node& state, const Block& block, const DecideContext& context) {
  node::NodeFacts facts;
  facts.managers = std::stoul(block.one("managers", "0"));
  facts.in_raft = block.one("in_raft", "no") == "yes";
  facts.quorum_without = block.one("quorum_without", "yes") == "yes";
  if (block.verb == "observe_role")
    return node::observe_role(state, block.one("role", "worker") == "manager" ? MANAGER : WORKER, block.argument);
  const Command command = command_of(block);
  if (command.has_update_node()) return node::decide(state, command.update_node(), facts, context);
  if (command.has_remove_node()) return node::decide(state, command.remove_node(), facts, context);
  if (command.has_describe_node()) return node::decide(state, command.describe_node(), context);
  if (command.has_set_node_status()) return node::decide(state, command.set_node_status(), context);
  return unknown(block);
}

Result<Decision> decide_service(const Service& state, const Block& block, const DecideContext& context) {
  Endpoint endpoint;
  for (const std::string& port : block.all("published"))
    endpoint.add_ports()->set_published_port(static_cast<std::uint32_t>(std::stoul(port)));
  if (block.verb == "progress") return service::progress(state, parsed<UpdateStatus>(block, block.argument));
  if (block.verb == "roll_back_automatically")
    return service::roll_back_automatically(state, endpoint, block.argument, context);
  const Command command = command_of(block);
  if (command.has_create_service()) return service::decide(state, command.create_service(), endpoint, context);
  if (command.has_update_service()) return service::decide(state, command.update_service(), endpoint, context);
  if (command.has_remove_service()) return service::decide(state, command.remove_service(), context);
  return unknown(block);
}

Result<Decision> decide_task(const Task& state, const Block& block, const DecideContext& context) {
  if (block.verb == "admit") return task::admit(state);
  if (block.verb == "assign") {
    const auto asked = parsed<TaskAssigned>(block, block.argument);
    return task::assign(state, NodeId{asked.node_id()}, {asked.networks().begin(), asked.networks().end()},
                        {asked.generic().begin(), asked.generic().end()});
  }
  if (block.verb == "hold_back") return task::hold_back(state, block.argument);
  if (block.verb == "desire") return task::desire(state, *parse_task_state(block.argument));
  if (block.verb == "observe") return task::observe(state, parsed<TaskStatus>(block, block.argument));
  if (block.verb == "orphan") return task::orphan(state, block.argument, context);
  if (block.verb == "reap") return task::reap(state);
  return unknown(block);
}

Result<Decision> decide_network(const Network& state, const Block& block, const DecideContext& context) {
  network::NetworkFacts facts;
  facts.ingress_id = block.one("ingress", "");
  facts.used_subnets = block.all("used");
  for (const std::string& vni : block.all("vni"))
    facts.used_vnis.push_back(static_cast<std::uint32_t>(std::stoul(vni)));
  facts.default_pool = block.all("pool");
  if (facts.default_pool.empty()) facts.default_pool = {"10.0.0.0/8"};
  facts.subnet_size = static_cast<std::uint32_t>(std::stoul(block.one("size", "24")));
  const network::NetworkUse use{block.all("service"), block.all("task")};
  const Command command = command_of(block);
  if (command.has_create_network()) return network::decide(state, command.create_network(), facts, context);
  if (command.has_remove_network()) return network::decide(state, command.remove_network(), use, context);
  return unknown(block);
}

Payload stored(const Block& block) {
  Payload payload;
  payload.set_data(block.one("stored", ""));
  return payload;
}

// Data as long as the fact says, where a script would not want to spell it out.
std::string filled(const Block& block, const std::string& data) {
  const std::string size = block.one("bytes", "");
  return size.empty() ? data : std::string(std::stoul(size), 'x');
}

Result<Decision> decide_secret(const File& state, const Block& block, const DecideContext& context) {
  Command command = command_of(block);
  if (command.has_create_secret()) {
    command.mutable_create_secret()->set_data(filled(block, command.create_secret().data()));
    return secret::decide(state, command.create_secret(), context);
  }
  if (command.has_relabel_secret()) return secret::decide(state, command.relabel_secret(), stored(block), context);
  if (command.has_remove_secret()) return secret::decide(state, command.remove_secret(), block.all("service"), context);
  return unknown(block);
}

Result<Decision> decide_config(const File& state, const Block& block, const DecideContext& context) {
  Command command = command_of(block);
  if (command.has_create_config()) {
    command.mutable_create_config()->set_data(filled(block, command.create_config().data()));
    return config::decide(state, command.create_config(), context);
  }
  if (command.has_relabel_config()) return config::decide(state, command.relabel_config(), stored(block), context);
  if (command.has_remove_config()) return config::decide(state, command.remove_config(), block.all("service"), context);
  return unknown(block);
}

TEST(DomainScript, Cluster) {
  run_script(script("cluster"),
             [](const Block& block) { return run_block<Cluster>(block, decide_cluster, cluster::evolve); });
}
TEST(DomainScript, Node) {
  run_script(script("node"), [](const Block& block) { return run_block<Node>(block, decide_node, node::evolve); });
}
TEST(DomainScript, Service) {
  run_script(script("service"),
             [](const Block& block) { return run_block<Service>(block, decide_service, service::evolve); });
}
TEST(DomainScript, ServiceSpec) {
  run_script(script("service_spec"),
             [](const Block& block) { return run_block<Service>(block, decide_service, service::evolve); });
}
TEST(DomainScript, Task) {
  run_script(script("task"), [](const Block& block) { return run_block<Task>(block, decide_task, task::evolve); });
}
TEST(DomainScript, Network) {
  run_script(script("network"),
             [](const Block& block) { return run_block<Network>(block, decide_network, network::evolve); });
}
TEST(DomainScript, Secret) {
  run_script(script("secret"),
             [](const Block& block) { return run_block<File>(block, decide_secret, secret::evolve); });
}
TEST(DomainScript, Config) {
  run_script(script("config"),
             [](const Block& block) { return run_block<File>(block, decide_config, config::evolve); });
}

}  // namespace
}  // namespace skein::test
