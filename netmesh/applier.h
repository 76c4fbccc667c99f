// Carries steps out on the node. A step that fails becomes a problem naming the step and the kernel's reason; the steps
// after it still run, because one broken sandbox must not keep the others from working. The next sweep tries again.
#pragma once
#include <string>
#include <vector>

#include "netmesh/memory.h"
#include "netmesh/step.h"

namespace skein::mesh {

struct Hands;

struct Applied {
  std::vector<std::string> problems;
  Memory memory;  // as it is on disk now
};

Applied apply_steps(Hands& hands, const std::vector<Step>& steps, Memory memory);

}  // namespace skein::mesh
