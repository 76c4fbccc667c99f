// NodeControl: what the engine API needs of the node itself: its place in a swarm, and facts about the machine.
//
// Is: an abstract port, implemented where the node is wired together. Is not: cluster state (actors/ports/gateway.h).
// Threads: any at once; init, join, leave and unlock block until done. Errors: Docker's texts, for people.
// init, join, leave and unlock check whether they fit the state the node is in and refuse with the texts below.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/ports/gateway.h"
#include "events/base/result.h"
#include "events/proto/types.pb.h"

namespace skein {

struct SwarmInit {
  std::string listen_addr, advertise_addr, data_path_addr;  // as typed; empty: chosen
  std::uint32_t data_path_port = 0;                         // 0: 4789
  std::vector<std::string> default_addr_pool;
  std::uint32_t subnet_size = 0;  // 0: 24
  bool force_new_cluster = false;
  bool auto_lock_managers = false;
  NodeSpec::Availability availability = NodeSpec::ACTIVE;
  ClusterSpec spec;  // zero numbers mean the defaults
};

struct SwarmJoin {
  std::string listen_addr, advertise_addr, data_path_addr;
  std::vector<std::string> remote_addrs;
  std::string join_token;  // secret
  NodeSpec::Availability availability = NodeSpec::ACTIVE;
};

struct LocalState {
  enum class Kind : unsigned char { inactive, pending, active, error, locked };
  struct Manager {
    std::string node_id, addr;
  };
  Kind kind = Kind::inactive;
  bool manager = false;  // this node takes cluster calls: Docker's ControlAvailable
  std::string node_id, node_addr;
  std::string error;                     // why the cluster cannot be used right now ("... does not have a leader ...")
  std::string leader_id;                 // empty: unknown
  std::vector<Manager> remote_managers;  // as this node knows them, also without a view of the cluster
};

struct ComponentFact {
  std::string name, version, git_commit;  // "crun", "1.8.1"
};

struct HostFacts {
  std::string id;  // of the engine, stable over restarts
  std::string hostname, operating_system, os_version;
  std::string kernel, architecture;  // "6.1.0-18-amd64", "x86_64"
  std::uint64_t cpus = 0, memory_bytes = 0;
  std::string cgroup_driver, cgroup_version;  // "cgroupfs", "2"
  std::string data_root;
  std::vector<std::string> labels;               // "key=value"
  std::vector<std::string> insecure_registries;  // CIDRs or hosts
  std::vector<std::string> log_drivers, network_drivers, volume_drivers;
  std::vector<GenericResource> generic_resources;
  std::string engine_version, git_commit, build_time;
  std::string default_runtime;            // "crun"
  std::vector<ComponentFact> components;  // the outside programs in use
  std::vector<std::string> security_options, warnings;
  bool debug = false;
};

// A network of this machine alone, as `network ls` shows it.
struct LocalNetwork {
  std::string id, name, driver;  // "bridge", "host", "null"
  std::string subnet, gateway;   // empty: none
  std::int64_t created_at_ns = 0;
};

struct RegistryLogin {
  std::string username, password, server_address, identity_token;  // secret
};

class NodeControl {
 public:
  virtual ~NodeControl() = default;
  // The new node's id. unavailable: "This node is already part of a swarm. ..."
  virtual Result<std::string> init(const SwarmInit& request, const Caller& caller) = 0;
  virtual Result<void> join(const SwarmJoin& request, const Caller& caller) = 0;
  // unavailable: "This node is not part of a swarm", "You are attempting to leave the swarm on a node that ..."
  virtual Result<void> leave(bool force, const Caller& caller) = 0;
  // unauthenticated: "swarm could not be unlocked: invalid key provided"; conflict: "swarm is not locked"
  virtual Result<void> unlock(const std::string& key) = 0;
  virtual LocalState state() const = 0;
  virtual HostFacts facts() const = 0;
  virtual std::vector<LocalNetwork> local_networks() const = 0;
  // Tries the credentials at their registry; the identity token it gave, or "".
  virtual Result<std::string> login(const RegistryLogin& login) = 0;
};

}  // namespace skein
