// Cgroups: where this machine keeps its control groups, and what the executor needs from them beyond crun's own work.
//
// Is: the kind of hierarchy, the parent group under which all containers live, the count of OOM kills, sweeping up.
// Is not: the limits themselves (oci_resources writes them, crun applies them).
// Kinds: v1 (one hierarchy a controller), hybrid (v1 and an empty v2 tree under unified/; crun 1.8 refuses it, see
// mount_namespace.h), v2. On v2 a controller must be enabled in every ancestor's cgroup.subtree_control.
// Threads: immutable after detect(); any at once.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "events/base/result.h"

namespace skein {

enum class CgroupMode : unsigned char { v1, hybrid, v2 };

class Cgroups {
 public:
  // `parent` is absolute within the hierarchy: "/skein". `mount` is where it is mounted.
  static Result<Cgroups> detect(std::string parent, std::string mount = "/sys/fs/cgroup");

  CgroupMode mode() const { return mode_; }
  bool swap_accounting() const { return swap_accounting_; }
  // What the OCI spec calls cgroupsPath.
  std::string path_of(const std::string& container_id) const { return parent_ + "/" + container_id; }
  // v2: makes the parent and hands it cpu, memory, pids and io. v1: nothing to do, crun makes the directories.
  Result<void> prepare_parent() const;

  // A control file's first bytes; `controller` only matters on v1 ("memory", "pids", "cpu").
  std::optional<std::string> read(const std::string& container_id, const std::string& controller,
                                  const std::string& file) const;
  // How often the kernel killed for want of memory in that container; 0 when its group is gone.
  std::uint64_t oom_kills(const std::string& container_id) const;
  // Removes what is left of a container's groups; busy ones stay.
  void remove(const std::string& container_id) const;
  // Removes the parent if no container lives in it.
  void remove_parent() const;

 private:
  std::string dir(const std::string& controller, const std::string& path) const;
  void remove_everywhere(const std::string& path) const;

  std::string parent_, mount_;
  CgroupMode mode_ = CgroupMode::v1;
  bool swap_accounting_ = false;
};

}  // namespace skein
