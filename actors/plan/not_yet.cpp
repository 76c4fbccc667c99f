#include "actors/plan/not_yet.h"

#include "events/domain/service.h"

namespace skein::plan {
namespace {

bool checks_health(const HealthConfig& health) { return health.test_size() > 0 && health.test(0) != "NONE"; }

}  // namespace

std::vector<std::string> not_yet(const ServiceSpec& spec) {
  std::vector<std::string> warnings;
  if (service::networks(spec).size() > 0)
    warnings.emplace_back(
        "overlay networks are recorded but not carried by the nodes yet: this service's tasks reach the outside and "
        "their published ports, not other services by name");
  if (checks_health(spec.task().container().healthcheck()))
    warnings.emplace_back("health checks are not run yet: a task counts as running once its container has started");
  return warnings;
}

}  // namespace skein::plan
