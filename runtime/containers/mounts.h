// Mounts: what a container sees where, as OCI mounts: the standard ones, the three files under /etc, secrets and
// configs, the spec's mounts and the image's volumes.
//
// Is: resolving and, on the way, making: volumes, mount points of bind sources when asked for, the files to bind.
// Is not: mounting (crun does it). Invariants: parents come before children; one mount a destination, the spec's wins.
// Secrets lie on a tmpfs of their container, mode 0700, never on disk.
// Threads: one container, one thread. Errors: Docker's texts, for example
// 'invalid mount config for type "bind": bind source path does not exist: /x'.
#pragma once
#include <string>
#include <vector>

#include "actors/ports/executor.h"
#include "runtime/containers/process_plan.h"
#include "runtime/containers/volumes.h"

namespace skein {

struct OciMount {
  std::string destination, type, source;
  std::vector<std::string> options;
};

struct MountPlan {
  std::vector<OciMount> oci;
  std::vector<Mount> shown;                    // the spec's and the image's, sources resolved
  std::vector<std::string> anonymous_volumes;  // go with the container
};

struct MountInput {
  const PrepareRequest& request;
  const ImageConfig& image;
  const ProcessPlan& process;
  const NodeFacts& node;
  std::string dir;  // the container's directory; <dir>/merged is mounted
};

Result<MountPlan> plan_mounts(const MountInput& input, Volumes& volumes);
// Unmounts the tmpfs that plan_mounts made for secrets and configs, if any.
void unmount_files(const std::string& dir);

}  // namespace skein
