// Which registries may be spoken to without verified TLS: loopback, and those the operator listed (host:port or CIDR).
// Source: moby registry/config.go (isSecureIndex). Threads: any; may look up names when CIDRs are listed.
#pragma once
#include <string>
#include <vector>

namespace skein::images {

bool is_insecure_registry(const std::string& domain, const std::vector<std::string>& listed);

}  // namespace skein::images
