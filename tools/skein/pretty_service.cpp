#include <fmt/format.h>

#include "runtime/api/enum_names.h"
#include "runtime/api/service_spec_json.h"
#include "tools/skein/pretty.h"
#include "tools/skein/words.h"

namespace skein::cli {
namespace {

std::string joined(const google::protobuf::RepeatedPtrField<std::string>& words, const char* between) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : between) + word;
  return out;
}

std::string mode_text(const ServiceSpec& spec) {
  if (spec.has_global()) return "Service Mode:\tGlobal\n";
  if (spec.has_replicated())
    return fmt::format("Service Mode:\tReplicated\n Replicas:\t{}\n", spec.replicated().replicas());
  return "Service Mode:\n";
}

std::string update_status_text(const UpdateStatus& status) {
  if (status.state() == UpdateStatus::NONE) return "";
  std::string out = fmt::format("UpdateStatus:\n State:\t\t{}\n", name_of(status.state()));
  if (status.started_at_ns() != 0) out += fmt::format(" Started:\t{}\n", go_time(status.started_at_ns()));
  if (status.completed_at_ns() != 0) out += fmt::format(" Completed:\t{}\n", go_time(status.completed_at_ns()));
  return out + fmt::format(" Message:\t{}\n", status.message());
}

std::string placement_text(const Placement& placement) {
  std::string out = "Placement:\n";
  if (!placement.constraints().empty())
    out += fmt::format(" Constraints:\t[{}]\n", joined(placement.constraints(), " "));
  std::string spread;
  for (const std::string& each : placement.spread()) spread += (spread.empty() ? "spread=" : " spread=") + each;
  if (!spread.empty()) out += fmt::format(" Preferences:   [{}]\n", spread);
  if (placement.max_replicas() != 0) out += fmt::format(" Max Replicas Per Node:   {}\n", placement.max_replicas());
  return out;
}

std::string update_text(const char* title, const char* order, const UpdateConfig& config) {
  std::string out = fmt::format("{}:\n Parallelism:\t{}\n", title, config.parallelism());
  if (config.delay_ns() != 0) out += fmt::format(" Delay:\t\t{}\n", go_duration(config.delay_ns()));
  out += fmt::format(" On failure:\t{}\n", name_of(config.failure_action()));
  if (config.monitor_ns() != 0) out += fmt::format(" Monitoring Period: {}\n", go_duration(config.monitor_ns()));
  return out +
         fmt::format(" Max failure ratio: {:g}\n {}{}\n", config.max_failure_ratio(), order, name_of(config.order()));
}

std::string container_text(const ContainerSpec& container) {
  std::string out = fmt::format("ContainerSpec:\n Image:\t\t{}\n", container.image());
  if (!container.command().empty()) out += fmt::format(" Command:\t{} \n", joined(container.command(), " "));
  if (!container.args().empty()) out += fmt::format(" Args:\t\t{} \n", joined(container.args(), " "));
  if (!container.env().empty()) out += fmt::format(" Env:\t\t{} \n", joined(container.env(), " "));
  if (!container.dir().empty()) out += fmt::format(" Dir:\t\t{}\n", container.dir());
  if (container.has_init()) out += fmt::format(" Init:\t\t{}\n", container.init());
  if (!container.user().empty()) out += fmt::format(" User: {}\n", container.user());
  return out;
}

std::string mounts_text(const ContainerSpec& container) {
  std::string out;
  for (const Mount& mount : container.mounts())
    out += fmt::format(" Target:\t{}\n  Source:\t{}\n  ReadOnly:\t{}\n  Type:\t\t{}\n", mount.target(), mount.source(),
                       mount.read_only(), name_of(mount.type()));
  return out.empty() ? out : "Mounts:\n" + out;
}

std::string files_text(const char* title, const google::protobuf::RepeatedPtrField<FileReference>& files) {
  std::string out;
  for (const FileReference& file : files)
    if (!file.runtime_target()) out += fmt::format(" Target:\t{}\n  Source:\t{}\n", file.file_name(), file.name());
  return out.empty() ? out : fmt::format("{}:\n{}", title, out);
}

std::string limits_text(const char* title, const Resources& resources) {
  std::string out;
  if (resources.nano_cpus() != 0)
    out += fmt::format("  CPU:\t\t{:g}\n", static_cast<double>(resources.nano_cpus()) / 1e9);
  if (resources.memory_bytes() != 0) out += fmt::format("  Memory:\t{}\n", binary_size(resources.memory_bytes()));
  if (resources.pids() != 0) out += fmt::format("  Pids:\t\t{}\n", resources.pids());
  return out.empty() ? out : fmt::format(" {}:\n{}", title, out);
}

std::string resources_text(const ResourceRequirements& resources) {
  return "Resources:\n" + limits_text("Reservations", resources.reservations()) +
         limits_text("Limits", resources.limits());
}

std::string ports_text(const Endpoint& endpoint) {
  std::string out;
  for (const PortConfig& port : endpoint.ports())
    out +=
        fmt::format(" PublishedPort = {}\n  Protocol = {}\n  TargetPort = {}\n  PublishMode = {}\n",
                    port.published_port(), name_of(port.protocol()), port.target_port(), name_of(port.publish_mode()));
  return out.empty() ? out : "Ports:\n" + out;
}

std::string health_text(const ContainerSpec& container) {
  if (!container.has_healthcheck()) return "";
  const HealthConfig& health = container.healthcheck();
  std::string out =
      fmt::format(" Healthcheck:\n  Interval = {}\n  Retries = {}\n  StartPeriod =\t{}\n  Timeout =\t{}\n",
                  go_duration(health.interval_ns()), health.retries(), go_duration(health.start_period_ns()),
                  go_duration(health.timeout_ns()));
  if (health.test().empty()) return out;
  out += "  Tests:\n";
  for (const std::string& test : health.test()) out += fmt::format("\t Test = {}\n", test);
  return out;
}

std::string pretty_service(const Service& service) {
  ServiceSpec spec = service.spec();
  insert_defaults(spec);
  const ContainerSpec& container = spec.task().container();
  std::string out = fmt::format("\nID:\t\t{}\nName:\t\t{}\n", service.id(), spec.name());
  if (!spec.labels().empty()) out += "Labels:\n";
  for (const Label& label : spec.labels()) out += fmt::format(" {}={}\n", label.key(), label.value());
  out += mode_text(spec) + update_status_text(service.update_status()) + placement_text(spec.task().placement());
  out += update_text("UpdateConfig", "Update order:      ", spec.update());
  out += update_text("RollbackConfig", "Rollback order:    ", spec.rollback());
  out += container_text(container) + mounts_text(container);
  out += files_text("Configs", container.configs()) + files_text("Secrets", container.secrets());
  out += resources_text(spec.task().resources());
  if (!spec.task().networks().empty()) {
    out += "Networks:";
    for (const auto& network : spec.task().networks()) out += " " + network.target();
    out += "\n";
  }
  const bool dnsrr = service.endpoint().spec().mode() == EndpointSpec::DNSRR;
  out += fmt::format("Endpoint Mode:\t{}\n", dnsrr ? "dnsrr" : "vip");
  return out + ports_text(service.endpoint()) + health_text(container);
}

}  // namespace

std::string pretty_services(const control::Answer& answer) {
  std::string out;
  for (const Service& service : answer.services()) out += pretty_service(service) + "\n";
  return out;
}

}  // namespace skein::cli
