// IdleNode: a real ClusterSystem over a given log on a machine that runs nothing, for benchmarks of the write path and
// of what a leader holds. Its executor and network plane accept everything and do nothing. One thread makes it.
#pragma once
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "actors/cluster_system.h"
#include "runtime/node/system_ports.h"

namespace skein {

class IdleExecutor final : public Executor {
 public:
  void prepare(PrepareRequest, Done) override {}
  void start(const TaskId&, Done) override {}
  void stop(const TaskId&, Done) override {}
  void remove(const TaskId&, Done) override {}
  void exec_health(const TaskId&, std::vector<std::string>, std::int64_t, std::function<void(Result<int>)>) override {}
  HealthConfig image_health(const TaskId&) const override { return {}; }
  void on_exit(std::function<void(ContainerExit)>) override {}
  Result<std::vector<FoundContainer>> recover() override { return std::vector<FoundContainer>{}; }
};

class IdlePlane final : public NetworkPlane {
 public:
  Result<NetworkSeen> apply(const WantedNetwork& wanted) override { return NetworkSeen{wanted.generation, {}, {}}; }
  Result<BridgeInfo> bridge() const override { return BridgeInfo{}; }
  Result<void> clear() override { return {}; }
};

struct IdleNode {
  explicit IdleNode(EventLog& log) {
    ClusterParts parts;
    parts.node_id = "bench";
    parts.log = &log;
    parts.executor = &executor;
    parts.plane = &plane;
    parts.clock = &clock;
    parts.make_rng = [] { return std::make_unique<SystemRng>(); };
    parts.give_up = [](const Refusal&) { std::abort(); };
    system = std::move(*ClusterSystem::start(std::move(parts)));
  }

  IdleExecutor executor;
  IdlePlane plane;
  SystemClock clock;
  std::unique_ptr<ClusterSystem> system;  // last: it uses the others
};

}  // namespace skein
