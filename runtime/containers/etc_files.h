// EtcFiles: the files that a container gets beside its image: hosts, hostname, resolv.conf; secrets and configs.
//
// Invariant: secrets and configs are written to a tmpfs only (one for the container, at `dir`), with the owner and
// mode that the task asked for; without any there is no tmpfs. Threads: one container, one thread.
#pragma once
#include <string>
#include <vector>

#include "actors/ports/executor.h"
#include "events/base/result.h"

namespace skein {

// <dir>/hosts, <dir>/hostname, <dir>/resolv.conf.
Result<void> write_etc_files(const PrepareRequest& request, const std::string& hostname, const std::string& dir);
// One path a file, in their order.
Result<std::vector<std::string>> write_task_files(const std::vector<TaskFile>& files, const std::string& dir);

}  // namespace skein
