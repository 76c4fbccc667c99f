// TestNode: the actors of one node that is a manager, spawned as actors/cluster_system.cpp spawns them, over a log in
// memory, an executor and a network that are data, and virtual time.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/agent_actor.h"
#include "actors/commit_signal.h"
#include "actors/leadership_actor.h"
#include "actors/log_actor.h"
#include "actors/log_disk.h"
#include "actors/mesh_actor.h"
#include "actors/view_actor.h"
#include "events/raft/log_reader.h"
#include "events/store/faulty_log.h"
#include "tests/support/actor_fixture.h"
#include "tests/support/fake_executor.h"
#include "tests/support/fake_plane.h"

namespace skein::test {

using Told = std::shared_ptr<std::optional<Outcome>>;

class TestNode {
 public:
  explicit TestNode(std::optional<std::uint64_t> seed = {});
  ~TestNode();

  // The process dies and comes back: everything but log, containers and kernel is gone.
  void restart();
  // Another manager was faster: the lead is lost, later regained in a new term. What it had under way is lost.
  void lose_lead();
  void regain_lead();

  void found();  // the cluster, with this node as its first manager
  Told submit(Command command);
  Outcome done(Command command);  // submits and runs; CHECKs that there was an answer
  std::string create(const std::string& name, const std::function<void(ServiceSpec&)>& edit);  // service id
  Outcome update(const std::string& service_id, const std::function<void(ServiceSpec&)>& edit);
  Outcome remove(const std::string& service_id);

  void read(const std::function<void(const View&)>& reader);
  std::vector<TaskPtr> tasks();
  std::vector<TaskPtr> tasks(TaskState observed);
  ServicePtr service(const std::string& id);
  std::string state_digest();

  ActorFixture actors;
  FaultyLog log;
  FakeExecutor executor;
  FakePlane plane;
  std::vector<Refusal> given_up;
  LogActor log_actor;
  ViewActor view;
  LeadershipActor leadership;
  AgentActor agent;
  MeshActor mesh;

 private:
  void start();
  void start_log(LogIndex applied);
  void stop();

  FixtureClock clock_{actors};
  raft::StoredLog reader_{log};
  std::unique_ptr<CommitSignal> signal_;
  std::unique_ptr<LogDisk> disk_;
  WorldPtr world_;
  std::uint64_t seed_ = 1;
  std::uint64_t commands_ = 0;
};

inline constexpr const char* kNodeId = "node1";
void replicas(ServiceSpec& spec, std::uint64_t count);

}  // namespace skein::test
