// The health check that an image brings along: Docker's Healthcheck object (durations in nanoseconds) as HealthConfig.
// Pure. What cannot be read counts as no health check.
#pragma once
#include <string>

#include "events/proto/types.pb.h"

namespace skein {

HealthConfig parse_image_health(const std::string& json_text);

}  // namespace skein
