#include "runtime/api/info_json.h"

#include <algorithm>

#include "runtime/api/api_version.h"
#include "runtime/api/cluster_json.h"
#include "runtime/api/service_spec_json.h"

namespace skein {
namespace {

constexpr const char* kIndexServer = "https://index.docker.io/v1/";

struct ClusterSight {
  ClusterPtr cluster;
  std::vector<NodePtr> nodes;
};

void put_managers(Json& out, const LocalState& state, const ClusterSight& sight) {
  Json managers = Json::array();
  for (const LocalState::Manager& each : state.remote_managers)
    managers.push_back(Json{{"NodeID", each.node_id}, {"Addr", each.addr}});
  if (managers.empty())
    for (const NodePtr& node : sight.nodes)
      if (node->has_manager()) managers.push_back(Json{{"NodeID", node->id()}, {"Addr", node->manager().addr()}});
  out["RemoteManagers"] = managers.empty() ? Json(nullptr) : managers;
}

void put_cluster(Json& out, const ClusterSight& sight) {
  if (!sight.cluster) return;
  out["Nodes"] = sight.nodes.size();
  out["Managers"] =
      std::count_if(sight.nodes.begin(), sight.nodes.end(), [](const NodePtr& node) { return node->has_manager(); });
  out["Cluster"] = cluster_to_json(*sight.cluster);
}

Json swarm_json(const ApiContext& context) {
  const LocalState state = context.node.state();
  const auto gateway = context.gateway();
  ClusterSight sight;
  // Without a leader the View may be old: Docker then shows no numbers, only the reason.
  if (gateway && state.error.empty())
    sight = read(*gateway, [](const View& view) { return ClusterSight{view.cluster(), view.nodes()}; });
  Json out{{"NodeID", state.node_id},
           {"NodeAddr", state.node_addr},
           {"LocalNodeState", name_of(state.kind)},
           {"ControlAvailable", gateway != nullptr},
           {"Error", state.error}};
  put_managers(out, state, sight);
  put_cluster(out, sight);
  return out;
}

Json registry_config(const HostFacts& facts) {
  Json cidrs = Json::array();
  Json indexes{
      {"docker.io", {{"Name", "docker.io"}, {"Mirrors", Json::array()}, {"Secure", true}, {"Official", true}}}};
  for (const std::string& each : facts.insecure_registries) {
    if (each.find('/') != std::string::npos)
      cidrs.push_back(each);
    else
      indexes[each] = Json{{"Name", each}, {"Mirrors", Json::array()}, {"Secure", false}, {"Official", false}};
  }
  return Json{
      {"InsecureRegistryCIDRs", std::move(cidrs)}, {"IndexConfigs", std::move(indexes)}, {"Mirrors", Json::array()}};
}

void put_containers(Json& out, const ApiContext& context) {
  const std::vector<ContainerRecord> containers = context.containers.list();
  const auto running = std::count_if(containers.begin(), containers.end(), [](const auto& c) { return c.running; });
  out["Containers"] = containers.size();
  out["ContainersRunning"] = running;
  out["ContainersPaused"] = 0;
  out["ContainersStopped"] = static_cast<std::ptrdiff_t>(containers.size()) - running;
  out["Images"] = context.images.list().size();
}

void put_engine(Json& out, const HostFacts& facts) {
  out["Driver"] = "overlay2";
  out["DriverStatus"] = Json::array();
  out["Plugins"] = Json{{"Volume", facts.volume_drivers},
                        {"Network", facts.network_drivers},
                        {"Authorization", nullptr},
                        {"Log", facts.log_drivers}};
  out["LoggingDriver"] = "json-file";
  out["CgroupDriver"] = facts.cgroup_driver;
  out["CgroupVersion"] = facts.cgroup_version;
  out["DockerRootDir"] = facts.data_root;
  out["Debug"] = facts.debug;
  out["ExperimentalBuild"] = false;
  out["ServerVersion"] = facts.engine_version;
  out["IndexServerAddress"] = kIndexServer;
  out["RegistryConfig"] = registry_config(facts);
  out["LiveRestoreEnabled"] = true;  // containers outlive the daemon
}

void put_machine(Json& out, const HostFacts& facts) {
  out["NCPU"] = facts.cpus;
  out["MemTotal"] = facts.memory_bytes;
  out["KernelVersion"] = facts.kernel;
  out["OperatingSystem"] = facts.operating_system;
  out["OSVersion"] = facts.os_version;
  out["OSType"] = "linux";
  out["Architecture"] = facts.architecture;
  out["Labels"] = facts.labels;
  if (facts.generic_resources.empty()) return;
  const google::protobuf::RepeatedPtrField<GenericResource> resources{facts.generic_resources.begin(),
                                                                      facts.generic_resources.end()};
  out["GenericResources"] = generic_resources_to_json(resources);
}

void put_runtimes(Json& out, const HostFacts& facts) {
  out["Runtimes"] = Json::object();
  out["Runtimes"][facts.default_runtime] = Json{{"path", facts.default_runtime}};
  out["DefaultRuntime"] = facts.default_runtime;
  out["SecurityOptions"] = facts.security_options;
  out["Warnings"] = facts.warnings;
}

}  // namespace

std::string_view name_of(LocalState::Kind kind) {
  switch (kind) {
    case LocalState::Kind::inactive:
      return "inactive";
    case LocalState::Kind::pending:
      return "pending";
    case LocalState::Kind::active:
      return "active";
    case LocalState::Kind::error:
      return "error";
    case LocalState::Kind::locked:
      return "locked";
  }
  return "error";
}

Json info_json(const ApiContext& context) {
  const HostFacts facts = context.node.facts();
  Json out{{"ID", facts.id}, {"Name", facts.hostname}};
  put_containers(out, context);
  put_engine(out, facts);
  put_machine(out, facts);
  put_runtimes(out, facts);
  out["SystemTime"] = rfc3339(context.clock.now());
  out["Swarm"] = swarm_json(context);
  return out;
}

Json version_json(const ApiContext& context) {
  const HostFacts facts = context.node.facts();
  Json details{{"ApiVersion", kApiVersionText},
               {"Arch", facts.architecture == "x86_64" ? "amd64" : facts.architecture},
               {"BuildTime", facts.build_time},
               {"Experimental", "false"},
               {"GitCommit", facts.git_commit},
               {"GoVersion", "none (C++20)"},
               {"KernelVersion", facts.kernel},
               {"MinAPIVersion", kApiVersionMinText},
               {"Os", "linux"}};
  Json components = Json::array();
  components.push_back(Json{{"Name", "Engine"}, {"Version", facts.engine_version}, {"Details", details}});
  for (const ComponentFact& each : facts.components)
    components.push_back(
        Json{{"Name", each.name}, {"Version", each.version}, {"Details", {{"GitCommit", each.git_commit}}}});
  Json out{{"Platform", {{"Name", "Skein"}}}, {"Components", std::move(components)}, {"Version", facts.engine_version}};
  for (const char* key :
       {"ApiVersion", "MinAPIVersion", "GitCommit", "GoVersion", "Os", "Arch", "KernelVersion", "BuildTime"})
    out[key] = details[key];
  return out;
}

}  // namespace skein
