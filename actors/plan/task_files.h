// Task files: where a task's secrets and configs go inside its container, and with which owner and mode.
//
// Source: Docker's executor: secrets under /run/secrets/<target> on a tmpfs unless the target is absolute; configs at
// their target, relative ones under /. uid and gid are numbers in text; what is not one counts as 0. Pure.
#pragma once
#include <vector>

#include "actors/ports/executor.h"

namespace skein::plan {

std::vector<TaskFile> task_files(const AssignedTask& task);

}  // namespace skein::plan
