#include "runtime/api/service_json.h"

#include "events/domain/service.h"
#include "runtime/api/enum_names.h"
#include "runtime/api/service_spec_json.h"

namespace skein {
namespace {

Json endpoint_to_json(const Endpoint& endpoint) {
  Json out{{"Spec", endpoint.has_spec() ? endpoint_spec_to_json(endpoint.spec()) : Json::object()}};
  if (!endpoint.ports().empty()) out["Ports"] = ports_to_json(endpoint.ports());
  for (const VirtualIp& address : endpoint.virtual_ips()) {
    Json each{{"NetworkID", address.network_id()}};
    put(each, "Addr", address.addr());
    out["VirtualIPs"].push_back(std::move(each));
  }
  return out;
}

Json update_status_to_json(const UpdateStatus& status) {
  Json out{{"State", name_of(status.state())}};
  if (status.started_at_ns() != 0) out["StartedAt"] = time_json(status.started_at_ns());
  if (status.completed_at_ns() != 0) out["CompletedAt"] = time_json(status.completed_at_ns());
  put(out, "Message", status.message());
  return out;
}

std::uint64_t desired_of(const Service& service, std::uint64_t wished) {
  const ServiceSpec& spec = service.spec();
  if (spec.has_replicated()) return spec.replicated().replicas();
  if (spec.has_replicated_job()) return spec.replicated_job().max_concurrent();
  return wished;
}

}  // namespace

ServiceCounts count_tasks(const Service& service, const std::vector<TaskPtr>& tasks) {
  const bool job = service::is_job(service.spec());
  ServiceCounts counts;
  std::uint64_t wished = 0;
  for (const TaskPtr& task : tasks) {
    if (job && task->job_iteration() != service.job_status().iteration()) continue;
    if (task->status().state() == TASK_RUNNING) ++counts.running;
    if (task->status().state() == TASK_COMPLETE) ++counts.completed;
    if (task->desired() == (job ? TASK_COMPLETE : TASK_RUNNING)) ++wished;
  }
  counts.desired = desired_of(service, wished);
  return counts;
}

Json service_to_json(const Service& service, const ServiceShow& show) {
  Json out = object_head(service);
  ServiceSpec spec = service.spec();
  if (show.defaults) insert_defaults(spec);
  out["Spec"] = service_spec_to_json(spec);
  if (service.has_previous_spec()) out["PreviousSpec"] = service_spec_to_json(service.previous_spec());
  out["Endpoint"] = endpoint_to_json(service.endpoint());
  if (service.has_update_status() && service.update_status().state() != UpdateStatus::NONE)
    out["UpdateStatus"] = update_status_to_json(service.update_status());
  if (show.counts)
    out["ServiceStatus"] = Json{{"RunningTasks", show.counts->running},
                                {"DesiredTasks", show.counts->desired},
                                {"CompletedTasks", show.counts->completed}};
  if (service::is_job(service.spec()))
    out["JobStatus"] = Json{{"JobIteration", {{"Index", service.job_status().iteration()}}},
                            {"LastExecution", time_json(service.job_status().last_execution_ns())}};
  return out;
}

}  // namespace skein
