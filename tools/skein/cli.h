// The skein program: parses its arguments, runs the command they name, returns the exit code.
//
// --host, else SKEIN_HOST, else unix:///run/skein/control.sock. Throws nothing.
#pragma once
#include <string>
#include <vector>

#include "tools/skein/console.h"

namespace skein::cli {

inline constexpr const char* kDefaultHost = "unix:///run/skein/control.sock";

int run(const std::vector<std::string>& arguments, Console& console);

}  // namespace skein::cli
