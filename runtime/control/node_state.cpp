#include "runtime/control/node_state.h"

#include <algorithm>
#include <vector>

#include "runtime/api/info_json.h"

namespace skein {
namespace {

void put_swarm(control::NodeStateReply& out, const LocalState& state) {
  out.set_swarm(std::string{name_of(state.kind)});
  out.set_manager(state.manager);
  out.set_node_id(state.node_id);
  out.set_node_addr(state.node_addr);
  out.set_error(state.error);
  out.set_leader_id(state.leader_id);
  for (const LocalState::Manager& each : state.remote_managers) out.add_remote_managers(each.addr);
}

void put_facts(control::NodeStateReply& out, const HostFacts& facts) {
  out.set_hostname(facts.hostname);
  out.set_operating_system(facts.operating_system);
  out.set_kernel(facts.kernel);
  out.set_architecture(facts.architecture);
  out.set_cpus(facts.cpus);
  out.set_memory_bytes(facts.memory_bytes);
  out.set_cgroup_driver(facts.cgroup_driver);
  out.set_cgroup_version(facts.cgroup_version);
  out.set_data_root(facts.data_root);
  out.set_engine_version(facts.engine_version);
  for (const std::string& warning : facts.warnings) out.add_warnings(warning);
}

}  // namespace

control::NodeStateReply node_state(const NodeControl& node, const ContainerDirectory& containers, Gateway* gateway) {
  control::NodeStateReply out;
  put_swarm(out, node.state());
  put_facts(out, node.facts());
  const std::vector<ContainerRecord> all = containers.list();
  out.set_containers(all.size());
  out.set_containers_running(
      static_cast<std::uint64_t>(std::count_if(all.begin(), all.end(), [](const auto& c) { return c.running; })));
  if (gateway == nullptr) return out;
  gateway->read([&](const View& view) {
    out.set_index(view.index().value());
    out.set_term(view.term().value());
    out.set_state_digest(view.state_digest());
  });
  return out;
}

SwarmInit init_of(const control::SwarmInitRequest& request) {
  SwarmInit init;
  init.listen_addr = request.listen_addr();
  init.advertise_addr = request.advertise_addr();
  init.data_path_addr = request.data_path_addr();
  init.data_path_port = request.data_path_port();
  init.default_addr_pool = {request.default_addr_pool().begin(), request.default_addr_pool().end()};
  init.subnet_size = request.subnet_size();
  init.force_new_cluster = request.force_new_cluster();
  init.auto_lock_managers = request.auto_lock_managers();
  init.availability = request.availability();
  init.spec = request.spec();
  return init;
}

control::LocalNetwork local_network_of(const LocalNetwork& network) {
  control::LocalNetwork out;
  out.set_id(network.id);
  out.set_name(network.name);
  out.set_driver(network.driver);
  out.set_subnet(network.subnet);
  out.set_gateway(network.gateway);
  out.set_created_at_ns(network.created_at_ns);
  return out;
}

}  // namespace skein
