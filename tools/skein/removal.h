// Removal: `rm` of several objects by name, as docker does it: each by itself, one that fails does not keep the others.
// One thread. Refusals are printed; the exit code says whether any failed.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "tools/skein/session.h"

namespace skein::cli {

// The command that removes the one object an answer holds.
using Removal = std::function<Command(const control::Answer&)>;

int remove_each(Session& session, control::Kind kind, const std::vector<std::string>& names, const Removal& removal);

}  // namespace skein::cli
