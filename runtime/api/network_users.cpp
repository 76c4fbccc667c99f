#include <algorithm>
#include <map>

#include "runtime/api/network_json.h"
#include "runtime/api/service_json.h"
#include "runtime/api/service_spec_json.h"

namespace skein {
namespace {

std::string without_prefix_length(const std::string& address) { return address.substr(0, address.find('/')); }

std::string address_on(const Task& task, const std::string& network_id) {
  for (const TaskNetwork& attached : task.networks())
    if (attached.network_id() == network_id && !attached.addresses().empty()) return attached.addresses(0);
  return {};
}

std::string vip_on(const Service& service, const std::string& network_id) {
  for (const VirtualIp& address : service.endpoint().virtual_ips())
    if (address.network_id() == network_id) return without_prefix_length(address.addr());
  return {};
}

Json service_entry(const Network& network, const Service& service, const NetworkUsers& users) {
  Json tasks = Json::array();
  for (const NetworkUsers::User& user : users.users) {
    if (user.task->service_id() != service.id()) continue;
    tasks.push_back(Json{{"Name", task_name(*user.task, user.service)},
                         {"EndpointID", user.task->id()},
                         {"EndpointIP", without_prefix_length(address_on(*user.task, network.id()))},
                         {"Info", {{"Host IP", user.node_addr}}}});
  }
  Json ports = Json::array();
  for (const PortConfig& port : service.endpoint().ports())
    ports.push_back("Target: " + std::to_string(port.target_port()) +
                    ", Publish: " + std::to_string(port.published_port()));
  return Json{{"VIP", vip_on(service, network.id())},
              {"Ports", std::move(ports)},
              {"LocalLBIndex", 0},
              {"Tasks", std::move(tasks)}};
}

}  // namespace

NetworkUsers users_of(const View& view, const Network& network) {
  NetworkUsers out;
  for (const ServicePtr& service : view.services()) {
    bool used = !vip_on(*service, network.id()).empty();
    for (const TaskPtr& task : view.tasks_of_service(service->id())) {
      if (task->status().state() != TASK_RUNNING || address_on(*task, network.id()).empty()) continue;
      const NodePtr node = view.node(task->node_id());
      out.users.push_back({task, service->spec().name(), node ? node->status().addr() : std::string{}});
      used = true;
    }
    if (used) out.services.push_back(service);
  }
  return out;
}

void add_users(Json& into, const Network& network, const NetworkUsers& users, const std::string& node_id,
               bool verbose) {
  Json containers = Json::object();
  std::map<std::string, std::string> peers;  // node id -> address
  for (const NetworkUsers::User& user : users.users) {
    peers.emplace(user.task->node_id(), user.node_addr);
    if (user.task->node_id() != node_id || user.task->status().container_id().empty()) continue;
    containers[user.task->status().container_id()] = Json{{"Name", task_name(*user.task, user.service)},
                                                          {"EndpointID", user.task->id()},
                                                          {"MacAddress", ""},
                                                          {"IPv4Address", address_on(*user.task, network.id())},
                                                          {"IPv6Address", ""}};
  }
  into["Containers"] = std::move(containers);
  for (const auto& [id, address] : peers) into["Peers"].push_back(Json{{"Name", id.substr(0, 12)}, {"IP", address}});
  if (!verbose) return;
  into["Services"] = Json::object();
  for (const ServicePtr& service : users.services)
    into["Services"][service->spec().name()] = service_entry(network, *service, users);
}

}  // namespace skein
