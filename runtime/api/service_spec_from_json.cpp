#include "runtime/api/container_spec_json.h"
#include "runtime/api/enum_names.h"
#include "runtime/api/service_spec_json.h"

namespace skein {
namespace {

void read_generic(const JsonReader& from, Resources& into) {
  for (const JsonReader& each : from.objects("GenericResources")) {
    GenericResource& resource = *into.add_generic();
    const bool named = each.has("NamedResourceSpec");
    const JsonReader spec = each.object(named ? "NamedResourceSpec" : "DiscreteResourceSpec");
    resource.set_kind(spec.text("Kind"));
    if (named) resource.set_name(spec.text("Value"));
    resource.set_count(named ? 1 : spec.integer("Value"));
  }
}

Resources resources_from_json(const JsonReader& from) {
  Resources resources;
  resources.set_nano_cpus(from.integer("NanoCPUs"));
  resources.set_memory_bytes(from.integer("MemoryBytes"));
  resources.set_pids(from.integer("Pids"));
  read_generic(from, resources);
  return resources;
}

ResourceRequirements requirements_from_json(const JsonReader& from) {
  ResourceRequirements out;
  if (from.has("Limits")) *out.mutable_limits() = resources_from_json(from.object("Limits"));
  if (from.has("Reservations")) *out.mutable_reservations() = resources_from_json(from.object("Reservations"));
  return out;
}

RestartPolicy restart_from_json(const JsonReader& from) {
  RestartPolicy restart;
  restart.set_condition(read_condition(from, "Condition"));
  if (from.has("Delay")) restart.set_delay_ns(from.integer("Delay"));
  restart.set_max_attempts(from.natural("MaxAttempts"));
  restart.set_window_ns(from.integer("Window"));
  return restart;
}

Placement placement_from_json(const JsonReader& from) {
  Placement placement;
  from.texts("Constraints", placement.mutable_constraints());
  for (const JsonReader& each : from.objects("Preferences"))
    placement.add_spread(each.object("Spread").text("SpreadDescriptor"));
  placement.set_max_replicas(from.natural("MaxReplicas"));
  for (const JsonReader& each : from.objects("Platforms")) {
    Platform& platform = *placement.add_platforms();
    platform.set_architecture(each.text("Architecture"));
    platform.set_os(each.text("OS"));
  }
  return placement;
}

void read_networks(const JsonReader& from, google::protobuf::RepeatedPtrField<NetworkAttachmentConfig>* into) {
  for (const JsonReader& each : from.objects("Networks")) {
    NetworkAttachmentConfig& network = *into->Add();
    network.set_target(each.text("Target"));
    each.texts("Aliases", network.mutable_aliases());
    each.labels("DriverOpts", network.mutable_driver_opts());
  }
}

TaskSpec task_spec_from_json(const JsonReader& from) {
  TaskSpec task;
  if (from.has("ContainerSpec")) *task.mutable_container() = container_spec_from_json(from.object("ContainerSpec"));
  if (from.has("Resources")) *task.mutable_resources() = requirements_from_json(from.object("Resources"));
  if (from.has("RestartPolicy")) *task.mutable_restart() = restart_from_json(from.object("RestartPolicy"));
  if (from.has("Placement")) *task.mutable_placement() = placement_from_json(from.object("Placement"));
  if (from.has("LogDriver")) *task.mutable_log_driver() = log_driver_from_json(from.object("LogDriver"));
  read_networks(from, task.mutable_networks());
  task.set_force_update(from.natural("ForceUpdate"));
  task.set_runtime(from.text("Runtime"));
  return task;
}

UpdateConfig update_from_json(const JsonReader& from) {
  UpdateConfig update;
  update.set_parallelism(from.natural("Parallelism"));
  update.set_delay_ns(from.integer("Delay"));
  update.set_failure_action(read_failure_action(from, "FailureAction"));
  update.set_monitor_ns(from.integer("Monitor"));
  update.set_max_failure_ratio(from.real("MaxFailureRatio"));
  update.set_order(read_order(from, "Order"));
  return update;
}

EndpointSpec endpoint_spec_from_json(const JsonReader& from) {
  EndpointSpec endpoint;
  endpoint.set_mode(read_endpoint_mode(from, "Mode"));
  for (const JsonReader& each : from.objects("Ports")) {
    PortConfig& port = *endpoint.add_ports();
    port.set_name(each.text("Name"));
    port.set_protocol(read_protocol(each, "Protocol"));
    port.set_target_port(each.natural32("TargetPort"));
    port.set_published_port(each.natural32("PublishedPort"));
    port.set_publish_mode(read_publish_mode(each, "PublishMode"));
  }
  return endpoint;
}

void read_replicated_job(const JsonReader& job, ReplicatedJobMode& into) {
  into.set_max_concurrent(job.has("MaxConcurrent") ? job.natural("MaxConcurrent") : 1);
  into.set_total_completions(job.has("TotalCompletions") ? job.natural("TotalCompletions") : into.max_concurrent());
}

void read_mode(const JsonReader& mode, ServiceSpec& spec) {
  const int given = mode.has("Replicated") + mode.has("Global") + mode.has("ReplicatedJob") + mode.has("GlobalJob");
  if (given > 1) return mode.complain("must specify only one service mode");
  if (mode.has("Global")) {
    spec.mutable_global();
  } else if (mode.has("GlobalJob")) {
    spec.mutable_global_job();
  } else if (mode.has("ReplicatedJob")) {
    read_replicated_job(mode.object("ReplicatedJob"), *spec.mutable_replicated_job());
  } else {
    const JsonReader replicated = mode.object("Replicated");
    spec.mutable_replicated()->set_replicas(replicated.has("Replicas") ? replicated.natural("Replicas") : 1);
  }
}

}  // namespace

LogDriver log_driver_from_json(const JsonReader& from) {
  LogDriver driver;
  driver.set_name(from.text("Name"));
  from.labels("Options", driver.mutable_options());
  return driver;
}

ServiceSpec service_spec_from_json(const JsonReader& from) {
  ServiceSpec spec;
  spec.set_name(from.text("Name"));
  from.labels("Labels", spec.mutable_labels());
  *spec.mutable_task() = task_spec_from_json(from.object("TaskTemplate"));
  read_mode(from.object("Mode"), spec);
  if (from.has("UpdateConfig")) *spec.mutable_update() = update_from_json(from.object("UpdateConfig"));
  if (from.has("RollbackConfig")) *spec.mutable_rollback() = update_from_json(from.object("RollbackConfig"));
  if (from.has("EndpointSpec")) *spec.mutable_endpoint() = endpoint_spec_from_json(from.object("EndpointSpec"));
  read_networks(from, spec.mutable_networks());
  return spec;
}

}  // namespace skein
