// NetworkPlane: what the mesh actor needs to make this node's network state true in the kernel. A port: no CAF here.
//
// Wanted, seen, plan, apply: apply() reads what the kernel has, computes the difference to what is wanted, carries it
// out in batches and reads back. Calling it over a right kernel writes nothing; after a crash one call makes it right.
// All objects made are known as ours by name (sk...) or mark, and only ours are ever removed.
// Threads: call from one thread (the mesh actor's, which is detached because this blocks).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "events/base/ids.h"
#include "events/base/result.h"
#include "events/proto/types.pb.h"

namespace skein {

// One task's network namespace on this node.
struct WantedSandbox {
  TaskId task;
  bool egress = true;             // a leg on docker_gwbridge with NAT to the outside
  bool serving = false;           // balanced to: running (and healthy), not draining
  std::vector<Label> sysctls;     // net.* settings inside the namespace
  std::vector<PortConfig> ports;  // the service's published ports
};

struct WantedNetwork {
  std::uint64_t generation = 0;          // grows with every change of what is wanted
  std::vector<WantedSandbox> sandboxes;  // sorted by task id
};

struct SandboxSeen {
  TaskId task;
  std::string netns_path;
  std::string address;                 // on docker_gwbridge, without prefix length; empty: none
  std::vector<PortConfig> host_ports;  // host-mode ports as they became (published_port set)
};

struct NetworkSeen {
  std::uint64_t generation = 0;        // the kernel is true up to this wanted generation
  std::vector<SandboxSeen> sandboxes;  // sorted by task id
  std::vector<std::string> problems;   // what could not be made true, naming object and reason; retried next time
};

// The local bridge, for `network inspect docker_gwbridge`.
struct BridgeInfo {
  std::string name;
  std::string subnet;  // CIDR
  std::string gateway;
};

class NetworkPlane {
 public:
  virtual ~NetworkPlane() = default;
  virtual Result<NetworkSeen> apply(const WantedNetwork& wanted) = 0;
  virtual Result<BridgeInfo> bridge() const = 0;
  virtual Result<void> clear() = 0;  // removes every object of ours (leaving the swarm)
};

}  // namespace skein
