// RuntimeNamespace: the mount namespace in which conmon and crun run.
//
// On hybrid cgroups crun 1.8 stops with "cgroups in hybrid mode not supported". It sees a plain v1 machine in a mount
// namespace without /sys/fs/cgroup/unified. One such namespace is made when the executor opens and kept by a
// descriptor; children enter it between clone and exec. On v1 and v2 there is none, and children stay with us.
// Invariant: it is a slave of ours, so what the host mounts and unmounts later shows there too, as far as the host's
// mounts are shared. Where they are private (no systemd) `share` makes the containers' directory a shared mount of its
// own, and renew() makes a fresh copy for a container that binds a path of the host.
// Threads: open, renew and fd at once; the caller keeps the shared_ptr while it spawns.
#pragma once
#include <memory>
#include <mutex>
#include <string>

#include "events/base/result.h"
#include "runtime/containers/cgroups.h"
#include "runtime/containers/unique_fd.h"

namespace skein {

class RuntimeNamespace {
 public:
  using Handle = std::shared_ptr<const UniqueFd>;  // holds -1 when no namespace is needed

  // `shared_dir` exists: the directory below which root file systems are mounted.
  static Result<std::unique_ptr<RuntimeNamespace>> open(CgroupMode mode, const std::string& shared_dir);
  Handle current() const;
  Result<void> renew();

 private:
  explicit RuntimeNamespace(bool needed) : needed_{needed} {}

  const bool needed_;
  mutable std::mutex mutex_;
  Handle current_ = std::make_shared<const UniqueFd>();
};

// Whether `path` itself is a mount point, by /proc/self/mountinfo.
bool is_mount_point(const std::string& path);

}  // namespace skein
