#include <algorithm>
#include <charconv>

#include "runtime/api/container_spec_json.h"
#include "runtime/api/enum_names.h"
#include "runtime/api/service_spec_json.h"

namespace skein {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;

Json resources_to_json(const Resources& resources) {
  Json out = Json::object();
  put(out, "NanoCPUs", resources.nano_cpus());
  put(out, "MemoryBytes", resources.memory_bytes());
  put(out, "Pids", resources.pids());
  if (!resources.generic().empty()) out["GenericResources"] = generic_resources_to_json(resources.generic());
  return out;
}

Json requirements_to_json(const ResourceRequirements& requirements) {
  Json out = Json::object();
  if (requirements.has_limits()) out["Limits"] = resources_to_json(requirements.limits());
  if (requirements.has_reservations()) out["Reservations"] = resources_to_json(requirements.reservations());
  return out;
}

Json restart_to_json(const RestartPolicy& restart) {
  Json out{{"Condition", name_of(restart.condition())}};
  if (restart.has_delay_ns()) out["Delay"] = restart.delay_ns();
  out["MaxAttempts"] = restart.max_attempts();
  put(out, "Window", restart.window_ns());
  return out;
}

Json placement_to_json(const Placement& placement) {
  Json out = Json::object();
  put(out, "Constraints", placement.constraints());
  for (const std::string& spread : placement.spread())
    out["Preferences"].push_back(Json{{"Spread", {{"SpreadDescriptor", spread}}}});
  put(out, "MaxReplicas", placement.max_replicas());
  for (const Platform& platform : placement.platforms()) {
    Json each = Json::object();
    put(each, "Architecture", platform.architecture());
    put(each, "OS", platform.os());
    out["Platforms"].push_back(std::move(each));
  }
  return out;
}

Json networks_to_json(const google::protobuf::RepeatedPtrField<NetworkAttachmentConfig>& networks) {
  Json out = Json::array();
  for (const NetworkAttachmentConfig& network : networks) {
    Json each{{"Target", network.target()}};
    put(each, "Aliases", network.aliases());
    put(each, "DriverOpts", network.driver_opts());
    out.push_back(std::move(each));
  }
  return out;
}

// Docker's type is a 32-bit float, and Go prints the shortest text that reads back as one: 0.1, not 0.10000000149.
double as_go_float32(double ratio) {
  char text[32];
  const auto printed = std::to_chars(text, text + sizeof text, static_cast<float>(ratio));
  double shortest = 0;
  std::from_chars(text, printed.ptr, shortest);
  return shortest;
}

Json update_to_json(const UpdateConfig& update) {
  Json out{{"Parallelism", update.parallelism()}};
  put(out, "Delay", update.delay_ns());
  out["FailureAction"] = name_of(update.failure_action());
  put(out, "Monitor", update.monitor_ns());
  if (update.max_failure_ratio() == 0)
    out["MaxFailureRatio"] = 0;
  else
    out["MaxFailureRatio"] = as_go_float32(update.max_failure_ratio());
  out["Order"] = name_of(update.order());
  return out;
}

Json mode_to_json(const ServiceSpec& spec) {
  switch (spec.mode_case()) {
    case ServiceSpec::kGlobal:
      return Json{{"Global", Json::object()}};
    case ServiceSpec::kGlobalJob:
      return Json{{"GlobalJob", Json::object()}};
    case ServiceSpec::kReplicatedJob:
      return Json{{"ReplicatedJob",
                   {{"MaxConcurrent", spec.replicated_job().max_concurrent()},
                    {"TotalCompletions", spec.replicated_job().total_completions()}}}};
    case ServiceSpec::kReplicated:
      return Json{{"Replicated", {{"Replicas", spec.replicated().replicas()}}}};
    case ServiceSpec::MODE_NOT_SET:
      break;
  }
  return Json{{"Replicated", {{"Replicas", 1}}}};  // what a spec without a mode means
}

void default_update(UpdateConfig* update) {
  update->set_parallelism(1);
  update->set_monitor_ns(5 * kSecondNs);
}

}  // namespace

Json port_to_json(const PortConfig& port) {
  Json out = Json::object();
  put(out, "Name", port.name());
  out["Protocol"] = name_of(port.protocol());
  put(out, "TargetPort", std::uint64_t{port.target_port()});
  put(out, "PublishedPort", std::uint64_t{port.published_port()});
  out["PublishMode"] = name_of(port.publish_mode());
  return out;
}

Json ports_to_json(const google::protobuf::RepeatedPtrField<PortConfig>& ports) {
  Json out = Json::array();
  for (const PortConfig& port : ports) out.push_back(port_to_json(port));
  return out;
}

Json endpoint_spec_to_json(const EndpointSpec& spec) {
  Json out{{"Mode", name_of(spec.mode())}};
  if (!spec.ports().empty()) out["Ports"] = ports_to_json(spec.ports());
  return out;
}

Json generic_resources_to_json(const google::protobuf::RepeatedPtrField<GenericResource>& resources) {
  Json out = Json::array();
  for (const GenericResource& resource : resources) {
    if (resource.name().empty())
      out.push_back(Json{{"DiscreteResourceSpec", {{"Kind", resource.kind()}, {"Value", resource.count()}}}});
    else
      out.push_back(Json{{"NamedResourceSpec", {{"Kind", resource.kind()}, {"Value", resource.name()}}}});
  }
  return out;
}

Json log_driver_to_json(const LogDriver& driver) {
  Json out{{"Name", driver.name()}};
  put(out, "Options", driver.options());
  return out;
}

Json task_spec_to_json(const TaskSpec& spec, bool with_runtime) {
  Json out{{"ContainerSpec", container_spec_to_json(spec.container())}};
  if (spec.has_resources()) out["Resources"] = requirements_to_json(spec.resources());
  if (spec.has_restart()) out["RestartPolicy"] = restart_to_json(spec.restart());
  if (spec.has_placement()) out["Placement"] = placement_to_json(spec.placement());
  if (!spec.networks().empty()) out["Networks"] = networks_to_json(spec.networks());
  if (spec.has_log_driver()) out["LogDriver"] = log_driver_to_json(spec.log_driver());
  out["ForceUpdate"] = spec.force_update();
  if (with_runtime) out["Runtime"] = "container";
  return out;
}

Json service_spec_to_json(const ServiceSpec& spec) {
  Json out{{"Name", spec.name()},
           {"Labels", labels_json(spec.labels())},
           {"TaskTemplate", task_spec_to_json(spec.task())},
           {"Mode", mode_to_json(spec)}};
  if (spec.has_update()) out["UpdateConfig"] = update_to_json(spec.update());
  if (spec.has_rollback()) out["RollbackConfig"] = update_to_json(spec.rollback());
  if (!spec.networks().empty()) out["Networks"] = networks_to_json(spec.networks());
  if (spec.has_endpoint()) out["EndpointSpec"] = endpoint_spec_to_json(spec.endpoint());
  return out;
}

void insert_defaults(ServiceSpec& spec) {
  TaskSpec& task = *spec.mutable_task();
  if (!task.container().has_stop_grace_ns()) task.mutable_container()->set_stop_grace_ns(10 * kSecondNs);
  task.mutable_container()->mutable_dns();
  task.mutable_resources()->mutable_limits();
  task.mutable_resources()->mutable_reservations();
  if (!task.restart().has_delay_ns()) task.mutable_restart()->set_delay_ns(5 * kSecondNs);
  task.mutable_placement();
  if (!spec.has_update()) default_update(spec.mutable_update());
  if (!spec.has_rollback()) default_update(spec.mutable_rollback());
  for (UpdateConfig* update : {spec.mutable_update(), spec.mutable_rollback()})
    if (update->monitor_ns() == 0) update->set_monitor_ns(5 * kSecondNs);
  spec.mutable_endpoint();
}

}  // namespace skein
