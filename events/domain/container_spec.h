// Validation of the container part of a service spec: image, mounts, health check, secrets and configs.
// Part of service_spec.h's validate; split off for size. Errors and source: as there. Pure: any thread.
#pragma once
#include "events/base/result.h"
#include "events/proto/types.pb.h"

namespace skein::service {

Result<void> validate_container(const ContainerSpec& container);
// The references by themselves: complete, and no two for one target. Whether they exist the directory knows.
Result<void> validate_references(const ContainerSpec& container);

}  // namespace skein::service
