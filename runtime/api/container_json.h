// Containers as Docker shows them: `ps` and `inspect`. Pure; any thread.
#pragma once
#include <map>
#include <string>

#include "runtime/api/json_out.h"
#include "runtime/containers/container_directory.h"

namespace skein {

using NetworkNames = std::map<std::string, std::string>;  // id -> name; an id that is not there is shown as it is

Json container_summary(const ContainerRecord& container, WallTime now, const NetworkNames& names = {});
Json container_to_json(const ContainerRecord& container, const NetworkNames& names);

// The spec's own labels and com.docker.swarm.{node,service,task}..., sorted.
std::map<std::string, std::string> container_labels(const ContainerRecord& container);
std::string state_word(const ContainerRecord& container);  // "created", "running", "exited"
// "10 seconds", "About an hour": Docker's words for a span of time (go-units HumanDuration).
std::string human_duration(std::int64_t ns);

}  // namespace skein
