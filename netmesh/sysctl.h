// Kernel settings under /proc/sys of the calling thread's network namespace. Keys are dotted: "net.ipv4.ip_forward".
//
// REQUIRES is_network_sysctl(key) (plan.h), which keeps a key from leaving /proc/sys/net.
#pragma once
#include <string>

#include "events/base/result.h"

namespace skein::mesh {

Result<std::string> read_sysctl(const std::string& key);  // white space made single
Result<void> write_sysctl(const std::string& key, const std::string& value);

}  // namespace skein::mesh
