// OCI runtime configuration (config.json): everything crun is told about one container.
//
// Is: a pure translation of facts already resolved (ContainerFacts). Is not: their resolution, nor any I/O.
// Defaults are Docker's: masked and read-only paths, 14 capabilities, devices, open sysctls for low ports and ping in
// a network namespace of the container's own; memory plus swap is twice the memory, where the kernel accounts swap.
// Source: OCI runtime-spec 1.0; transcripts/container-inspect-task.txt.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "events/base/result.h"
#include "events/proto/session.pb.h"
#include "runtime/containers/mounts.h"
#include "runtime/containers/process_plan.h"
#include "runtime/containers/user.h"

namespace skein {

struct ContainerFacts {
  const AssignedTask& task;
  const ProcessPlan& process;  // HOME already in its environment
  const User& user;
  const std::vector<OciMount>& mounts;
  std::string root;  // absolute path of the mounted root file system
  std::string cgroups_path;
  std::string netns_path;  // empty: the host's network
  bool swap_accounting = false;
  bool private_cgroups = false;  // v2: a cgroup namespace of its own
  std::vector<Ulimit> default_ulimits;
  std::vector<Label> annotations;
};

Result<nlohmann::json> oci_spec(const ContainerFacts& facts);
// The process part alone, for running `argv` inside a container with that config.json.
nlohmann::json exec_process(const nlohmann::json& config, const std::vector<std::string>& argv);

}  // namespace skein
