// Config changes: Dockerfile instructions applied to an image configuration: `docker import --change`.
//
// Is: CMD ENTRYPOINT ENV EXPOSE USER WORKDIR LABEL STOPSIGNAL VOLUME HEALTHCHECK ONBUILD. Is not: a Dockerfile builder.
// Source: Dockerfile reference; moby builder/dockerfile, BuildFromConfig. Errors: Errc::invalid with its texts.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "events/base/result.h"

namespace skein::images {

// `config` is the "config" object of an image configuration.
Result<void> apply_changes(const std::vector<std::string>& changes, nlohmann::json& config);

}  // namespace skein::images
