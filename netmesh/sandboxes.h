// The files under <exec_root>/netns: one network namespace per task, kept alive by a bind mount on its file.
//
// A namespace outlives the daemon that made it, and a task's processes. The mounts belong to the daemon's mount
// namespace: a daemon restarted in another one (as `ip netns exec` does) finds files without namespaces ("not bound").
// Everything in this folder is this daemon's. The work inside namespaces is done on the NamespaceThread it is given.
#pragma once
#include <map>
#include <string>

#include "events/base/ids.h"
#include "events/base/result.h"

namespace skein::mesh {

class NamespaceThread;

class Sandboxes {
 public:
  explicit Sandboxes(std::string folder) : folder_{std::move(folder)} {}

  Result<void> make_folder() const;
  std::string path_of(const TaskId& task) const;
  Result<std::map<TaskId, bool>> list() const;  // -> bound
  Result<void> make(const TaskId& task, NamespaceThread& thread) const;
  Result<void> remove(const TaskId& task) const;  // absent is fine; processes inside keep their namespace

 private:
  std::string folder_;
};

}  // namespace skein::mesh
