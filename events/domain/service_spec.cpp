#include "events/domain/service_spec.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <string>
#include <utility>

#include "events/domain/constraint_expression.h"
#include "events/domain/container_spec.h"
#include "events/domain/service.h"

namespace skein::service {
namespace {

constexpr std::uint32_t kPortMax = 65535;
constexpr std::uint32_t kConstraintsMax = 1000;  // bounds what a spec can make the scheduler do

Refusal invalid(std::string text) { return {Errc::invalid, std::move(text)}; }

bool alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// 0.0005 as Go's %g prints it.
std::string as_cpus(std::int64_t nano) {
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, static_cast<double>(nano) / 1e9);
  return error == std::errc{} ? std::string(text, end) : std::to_string(nano) + "e-9";
}

Result<void> validate_resources(const Resources& resources) {
  if (resources.nano_cpus() != 0 && resources.nano_cpus() < kNanoCpusMin)
    return invalid("invalid cpu value " + as_cpus(resources.nano_cpus()) + ": Must be at least 0.001");
  if (resources.memory_bytes() != 0 && resources.memory_bytes() < kMemoryBytesMin)
    return invalid("invalid memory value " + std::to_string(resources.memory_bytes()) + ": Must be at least 4MiB");
  if (resources.pids() < 0)
    return invalid("invalid pids value " + std::to_string(resources.pids()) + ": Must not be negative");
  for (const GenericResource& resource : resources.generic())
    if (resource.kind().empty() || !resource.name().empty() || resource.count() < 0)
      return invalid("invalid argument for resource " + resource.kind());
  return {};
}

Result<void> validate_restart(const RestartPolicy& policy) {
  if (policy.delay_ns() < 0) return invalid("TaskSpec: restart-delay cannot be negative");
  if (policy.window_ns() < 0) return invalid("TaskSpec: restart-window cannot be negative");
  if (!RestartPolicy::Condition_IsValid(policy.condition())) return invalid("invalid RestartPolicy: unknown condition");
  return {};
}

Result<void> validate_placement(const Placement& placement) {
  if (static_cast<std::uint32_t>(placement.constraints_size()) > kConstraintsMax)
    return invalid("too many placement constraints");
  for (const std::string& text : placement.constraints())
    if (auto expression = constraint::parse(text); !expression) return expression.refusal();
  for (const std::string& descriptor : placement.spread())
    if (descriptor.empty()) return invalid("invalid placement preference: spread needs a descriptor");
  return {};
}

Result<void> validate_task(const TaskSpec& task) {
  if (auto valid = validate_resources(task.resources().limits()); !valid) return valid;
  if (auto valid = validate_resources(task.resources().reservations()); !valid) return valid;
  if (auto valid = validate_restart(task.restart()); !valid) return valid;
  if (auto valid = validate_placement(task.placement()); !valid) return valid;
  if (auto valid = validate_references(task.container()); !valid) return valid;
  if (!task.runtime().empty() && task.runtime() != "container")
    return Refusal{Errc::unimplemented, "RuntimeSpec: unimplemented runtime in service spec"};
  if (!task.has_container()) return invalid("ContainerSpec: missing in service spec");
  return validate_container(task.container());
}

// A negative number given to an unsigned field arrives as a huge one.
bool negative(std::uint64_t number) { return static_cast<std::int64_t>(number) < 0; }

Result<void> validate_mode(const ServiceSpec& spec) {
  if (negative(spec.replicated().replicas())) return invalid("Number of replicas must be non-negative");
  if (negative(spec.replicated_job().max_concurrent())) return invalid("Maximum concurrent jobs must not be negative");
  if (negative(spec.replicated_job().total_completions())) return invalid("Total completed jobs must not be negative");
  return {};
}

Result<void> validate_update(const UpdateConfig& update) {
  if (update.delay_ns() < 0) return invalid("TaskSpec: update-delay cannot be negative");
  if (update.monitor_ns() < 0) return invalid("TaskSpec: update-monitor cannot be negative");
  // Written so that NaN is refused as well.
  if (!(update.max_failure_ratio() >= 0 && update.max_failure_ratio() <= 1))
    return invalid("TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1");
  if (!UpdateConfig::FailureAction_IsValid(update.failure_action()))
    return invalid("unrecognized update failure action");
  if (!UpdateConfig::Order_IsValid(update.order())) return invalid("unrecognized update order");
  return {};
}

Result<void> validate_updates(const ServiceSpec& spec) {
  if (is_job(spec)) {
    if (spec.has_update()) return invalid("Jobs may not have an update config");
    return {};
  }
  if (auto valid = validate_update(spec.update()); !valid) return valid;
  if (auto valid = validate_update(spec.rollback()); !valid) return valid;
  if (spec.rollback().failure_action() == UpdateConfig::ROLLBACK)
    return invalid("unrecognized update failure action rollback: a rollback is never rolled back");
  return {};
}

Result<void> validate_port(const PortConfig& port) {
  if (!PortConfig::Protocol_IsValid(port.protocol())) return invalid("EndpointSpec: unknown port protocol");
  if (!PortConfig::PublishMode_IsValid(port.publish_mode())) return invalid("EndpointSpec: unknown publish mode");
  if (port.target_port() == 0 || port.target_port() > kPortMax)
    return invalid("EndpointSpec: invalid target port " + std::to_string(port.target_port()));
  if (port.published_port() > kPortMax)
    return invalid("EndpointSpec: invalid published port " + std::to_string(port.published_port()));
  return {};
}

Result<void> validate_endpoint(const EndpointSpec& endpoint) {
  if (!EndpointSpec::Mode_IsValid(endpoint.mode())) return invalid("EndpointSpec: unknown mode");
  std::set<std::pair<std::uint32_t, int>> published;
  for (const PortConfig& port : endpoint.ports()) {
    if (endpoint.mode() == EndpointSpec::DNSRR && port.publish_mode() == PortConfig::INGRESS)
      return invalid("EndpointSpec: port published with ingress mode can't be used with dnsrr mode");
    if (auto valid = validate_port(port); !valid) return valid;
    if (port.published_port() == 0) continue;  // chosen later, so it clashes with none
    if (!published.emplace(port.published_port(), port.protocol()).second)
      return invalid("EndpointSpec: duplicate published ports provided");
  }
  return {};
}

}  // namespace

bool is_dns_name(std::string_view name) {
  // ^[a-zA-Z0-9](?:[-_]*[A-Za-z0-9]+)*$ : such characters only, and no mark at either end.
  return !name.empty() && alphanumeric(name.front()) && alphanumeric(name.back()) &&
         std::all_of(name.begin(), name.end(), [](char c) { return alphanumeric(c) || c == '-' || c == '_'; });
}

Result<void> validate_name(std::string_view name) {
  if (name.empty()) return invalid("meta: name must be provided");
  if (!is_dns_name(name)) return invalid("name must be valid as a DNS name component");
  if (name.size() > kNameBytesMax) return invalid("name must be 63 characters or fewer");
  return {};
}

Result<void> validate(const ServiceSpec& spec) {
  if (auto valid = validate_name(spec.name()); !valid) return valid;
  if (auto valid = validate_task(spec.task()); !valid) return valid;
  if (auto valid = validate_mode(spec); !valid) return valid;
  if (auto valid = validate_updates(spec); !valid) return valid;
  return validate_endpoint(spec.endpoint());
}

}  // namespace skein::service
