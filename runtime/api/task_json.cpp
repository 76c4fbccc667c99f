#include "events/domain/service.h"
#include "events/domain/task_state.h"
#include "runtime/api/enum_names.h"
#include "runtime/api/network_json.h"
#include "runtime/api/service_json.h"
#include "runtime/api/service_spec_json.h"

namespace skein {
namespace {

Json status_to_json(const TaskStatus& status) {
  Json out{{"Timestamp", time_json(status.at_ns())}, {"State", task_state_name(status.state())}};
  put(out, "Message", status.message());
  put(out, "Err", status.error());
  if (status.has_container())
    out["ContainerStatus"] =
        Json{{"ContainerID", status.container_id()}, {"PID", status.pid()}, {"ExitCode", status.exit_code()}};
  out["PortStatus"] = Json::object();
  if (!status.host_ports().empty()) out["PortStatus"]["Ports"] = ports_to_json(status.host_ports());
  return out;
}

Json attachments_to_json(const TaskWithSpec& joined) {
  Json out = Json::array();
  for (const TaskNetwork& attached : joined.task->networks())
    for (const NetworkPtr& network : joined.networks)
      if (network->id() == attached.network_id())
        out.push_back(
            Json{{"Network", swarm_network_to_json(*network)}, {"Addresses", texts_json(attached.addresses())}});
  return out;
}

}  // namespace

TaskWithSpec join_task(const View& view, TaskPtr task) {
  TaskWithSpec joined{std::move(task), nullptr, {}};
  joined.spec = view.spec_of(*joined.task);
  for (const TaskNetwork& attached : joined.task->networks())
    if (auto network = view.network(attached.network_id())) joined.networks.push_back(std::move(network));
  return joined;
}

std::string task_name(const Task& task, const std::string& service_name) {
  const std::string place = task.slot() != 0 ? std::to_string(task.slot()) : task.node_id();
  return service_name + "." + place + "." + task.id();
}

Json task_to_json(const TaskWithSpec& joined) {
  const Task& task = *joined.task;
  Json out = object_head(task);
  out["Labels"] = Json::object();
  out["Spec"] = task_spec_to_json(joined.spec ? joined.spec->spec().task() : TaskSpec{}, false);
  out["ServiceID"] = task.service_id();
  put(out, "Slot", task.slot());
  put(out, "NodeID", task.node_id());
  out["Status"] = status_to_json(task.status());
  out["DesiredState"] = task_state_name(task.desired());
  if (!task.networks().empty()) out["NetworksAttachments"] = attachments_to_json(joined);
  if (!task.generic().empty()) out["GenericResources"] = generic_resources_to_json(task.generic());
  if (joined.spec && service::is_job(joined.spec->spec())) out["JobIteration"] = Json{{"Index", task.job_iteration()}};
  return out;
}

}  // namespace skein
