// Seccomp: which system calls a container may not make.
//
// Is: a deny-list of what Docker's default profile keeps away (its documentation, "Significant syscalls blocked"),
// loosened by capabilities as there; the answer is EPERM, and ENOSYS for clone3 so that libc falls back to clone.
// Departs from Docker: Docker lists what is allowed, so a call that the kernel learns tomorrow is refused there and
// allowed here; personality(2) is not filtered. A service's own profile (Docker's format) is honoured in full.
// Pure. Errors: a custom profile that is not JSON.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "events/base/result.h"
#include "events/proto/types.pb.h"

namespace skein {

// The OCI linux.seccomp object; null for "unconfined".
Result<nlohmann::json> seccomp_profile(const Privileges& privileges, const std::vector<std::string>& capabilities);

}  // namespace skein
