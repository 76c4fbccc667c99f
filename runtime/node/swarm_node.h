// SwarmNode: this machine's place in a swarm: none, or a manager with its log and its actors.
//
// Is: founding, leaving, coming back after a restart; the one that opens the log and starts the ClusterSystem.
// Is not: the engine API (it calls this through NodeControl), the containers (the executor outlives this).
// State on disk: <data-root>/swarm/{node.json, data.key, log/}. node.json is written before the swarm is founded; if
// the log then holds no cluster, founding never finished and the folder is removed at the next start. Threads: any at
// once; one change of membership at a time. Errors: Docker's texts; a damaged log is Errc::fault.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "actors/cluster_system.h"
#include "events/store/lmdb_log.h"
#include "runtime/api/node_control.h"
#include "runtime/containers/crun_executor.h"
#include "runtime/node/daemon_config.h"
#include "runtime/node/node_file.h"

namespace skein {

class SwarmNode final : public NodeControl {
 public:
  struct Parts {
    const DaemonConfig& config;
    HostFacts facts;
    CrunExecutor& executor;
    NetworkPlane& plane;
    const Clock& clock;
    std::function<std::unique_ptr<Rng>()> make_rng;
    std::vector<FoundContainer> found;            // by the executor, before this starts
    std::function<void(const Refusal&)> give_up;  // the log can no longer be trusted or written
  };
  // Comes back into the swarm this node was in, if any.
  static Result<std::unique_ptr<SwarmNode>> open(Parts parts);
  ~SwarmNode() override;

  std::shared_ptr<Gateway> gateway() const;  // nullptr while not in a swarm
  void stop();                               // ends the actors; containers run on

  Result<std::string> init(const SwarmInit& request, const Caller& caller) override;
  Result<void> join(const SwarmJoin& request, const Caller& caller) override;
  Result<void> leave(bool force, const Caller& caller) override;
  Result<void> unlock(const std::string& key) override;
  LocalState state() const override;
  HostFacts facts() const override { return parts_.facts; }
  std::vector<LocalNetwork> local_networks() const override;
  Result<std::string> login(const RegistryLogin& login) override;

 private:
  // A swarm this node is in. The log must outlive the system.
  struct Membership {
    NodeFile file;
    std::unique_ptr<LmdbLog> log;
    std::unique_ptr<ClusterSystem> system;
  };
  explicit SwarmNode(Parts parts) : parts_{std::move(parts)} {}

  std::string swarm_dir() const { return parts_.config.data_root + "/swarm"; }
  Result<void> come_back();
  Result<std::shared_ptr<Membership>> start(const NodeFile& file);
  Result<Command> founding(const SwarmInit& request, const NodeFile& file) const;
  Result<NodeFile> new_node_file(const SwarmInit& request) const;
  WantedSandbox sandbox_of(const FoundContainer& found) const;
  void remove_containers();

  Parts parts_;
  std::mutex changing_;       // init and leave, one at a time
  mutable std::mutex mutex_;  // membership_
  std::shared_ptr<Membership> membership_;
};

}  // namespace skein
