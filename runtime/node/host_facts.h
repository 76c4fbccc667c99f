// Host facts: what `docker info` and the node's description say of this machine. Read once at start; any thread.
#pragma once
#include <string>
#include <vector>

#include "events/proto/types.pb.h"
#include "runtime/api/node_control.h"
#include "runtime/node/daemon_config.h"

namespace skein {

HostFacts read_host_facts(const DaemonConfig& config, const std::string& engine_id);
NodeDescription describe_node(const HostFacts& facts);

// The address others reach this machine at, when the user names none: the only global IPv4 address there is. Refused
// when there are several on different interfaces, or none, with Docker's texts. `not_on`: interfaces that are ours.
Result<std::string> choose_address(const std::vector<std::string>& not_on);
// "10.0.0.1", "eth0" or either with ":port" -> address without port; empty `typed`: choose_address.
Result<std::string> resolve_address(const std::string& typed, const std::vector<std::string>& not_on);

}  // namespace skein
