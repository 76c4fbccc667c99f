#include "tests/actors/test_node.h"

#include <caf/typed_event_based_actor.hpp>
#include <utility>

#include "events/domain/cluster.h"
#include "events/store/memory_log.h"

namespace skein::test {
namespace {

NodeDescription described() {
  NodeDescription description;
  description.set_hostname("host1");
  description.mutable_platform()->set_os("linux");
  description.mutable_platform()->set_architecture("x86_64");
  description.mutable_resources()->set_nano_cpus(4'000'000'000);
  description.mutable_resources()->set_memory_bytes(8LL << 30);
  return description;
}

}  // namespace

void replicas(ServiceSpec& spec, std::uint64_t count) { spec.mutable_replicated()->set_replicas(count); }

TestNode::TestNode(std::optional<std::uint64_t> seed) : actors{seed}, log{std::make_unique<MemoryLog>()} {
  if (seed) seed_ = *seed;
  world_ = std::make_shared<const World>(World{&clock_, [this] { return std::make_unique<SeededRng>(++seed_ * 7919); },
                                               [this](const std::string& digest) { return log.payload(digest); }});
  start();
}

TestNode::~TestNode() { stop(); }

void TestNode::start() {
  signal_ = std::make_unique<CommitSignal>();
  disk_ = make_inline_disk(log);
  const auto snapshot = log.snapshot_before(log.last());
  auto folded = std::make_shared<View>(*snapshot ? View::from_snapshot(**snapshot) : View{});
  const LogIndex applied = folded->index();
  const auto give_up = [this](const Refusal& refusal) { given_up.push_back(refusal); };
  std::vector<FoundContainer> found = *executor.recover();
  std::vector<WantedSandbox> sandboxes;  // those the containers live in
  for (const FoundContainer& one : found) sandboxes.emplace_back().task = one.task;
  mesh = actors.root(spawn_mesh(actors.system(), {&plane, sandboxes, false}));
  agent = actors.root(spawn_agent(actors.system(), {described(), std::move(found), &executor, mesh, world_}));
  executor.on_exit([to = agent](ContainerExit exit) { caf::anon_send(to, ContainerExited{std::move(exit)}); });
  leadership = actors.root(
      spawn_leadership(actors.system(), {kNodeId, world_, AgentSession{agent}, [this] { return log_actor; }}));
  view = actors.root(
      spawn_view(actors.system(), {std::move(folded), kNodeId, disk_.get(), signal_.get(), leadership, give_up}));
  start_log(applied);
}

void TestNode::start_log(LogIndex applied) {
  raft::Config config;
  config.id = kNodeId;
  config.addr = "127.0.0.1:2377";
  config.voters = {kNodeId};
  Result<raft::Recovered> recovered = raft::recover(log, reader_, applied);
  CHECK(recovered);
  recovered->reader = &reader_;
  log_actor =
      actors.root(spawn_log(actors.system(), {config, *recovered, disk_.get(), view, world_,
                                              [this](const Refusal& refusal) { given_up.push_back(refusal); }}));
  actors.run();
}

void TestNode::stop() {
  executor.on_exit({});
  log_actor = LogActor{};
  view = ViewActor{};
  leadership = LeadershipActor{};
  agent = AgentActor{};
  mesh = MeshActor{};
  actors.end_all();
}

void TestNode::restart() {
  stop();
  log.reopen();
  start();
}

void TestNode::lose_lead() {
  actors.end(log_actor);
  actors.tell(view, LeadLost{Term{1}});
}

void TestNode::regain_lead() {
  LogIndex applied;
  read([&](const View& state) { applied = state.index(); });
  start_log(applied);
}

Told TestNode::submit(Command command) {
  if (command.id().empty()) command.set_id("command " + std::to_string(++commands_));
  auto told = std::make_shared<std::optional<Outcome>>();
  caf::anon_send(leadership, Submit{std::make_shared<const Command>(std::move(command)), Caller{"root", "test"},
                                    [told](const Outcome& outcome) {
                                      CHECK(!told->has_value(), "answered twice");
                                      *told = outcome;
                                    }});
  return told;
}

Outcome TestNode::done(Command command) {
  const Told told = submit(std::move(command));
  actors.run();
  if (!told->has_value()) actors.pass(std::chrono::seconds{20});  // it waits for a lead or for room on the disk
  CHECK(told->has_value(), "no answer");
  return **told;
}

void TestNode::found() {
  Command command;
  FoundCluster& founding = *command.mutable_found_cluster();
  founding.set_cluster_id("cluster1");
  *founding.mutable_spec() = cluster::default_spec();
  founding.set_root_ca_key("key");
  founding.set_worker_token("worker token");
  founding.set_manager_token("manager token");
  founding.set_node_id(kNodeId);
  founding.mutable_node_spec()->set_role(MANAGER);
  *founding.mutable_node_description() = described();
  founding.set_node_addr("127.0.0.1");
  founding.set_manager_addr("127.0.0.1:2377");
  const Outcome outcome = done(std::move(command));
  CHECK(outcome.code() == 0, outcome.text());
  actors.pass(std::chrono::milliseconds{20});
}

std::string TestNode::create(const std::string& name, const std::function<void(ServiceSpec&)>& edit) {
  Command command;
  ServiceSpec& spec = *command.mutable_create_service()->mutable_spec();
  spec.set_name(name);
  spec.mutable_task()->mutable_container()->set_image("bb:1");
  edit(spec);
  const Outcome outcome = done(std::move(command));
  CHECK(outcome.code() == 0, outcome.text());
  return outcome.object_id();
}

Outcome TestNode::update(const std::string& service_id, const std::function<void(ServiceSpec&)>& edit) {
  const ServicePtr now = service(service_id);
  Command command;
  command.mutable_update_service()->set_service_id(service_id);
  command.mutable_update_service()->set_expected_revision(now->revision());
  *command.mutable_update_service()->mutable_spec() = now->spec();
  edit(*command.mutable_update_service()->mutable_spec());
  return done(std::move(command));
}

Outcome TestNode::remove(const std::string& service_id) {
  Command command;
  command.mutable_remove_service()->set_service_id(service_id);
  return done(std::move(command));
}

void TestNode::read(const std::function<void(const View&)>& reader) {
  bool read = false;
  caf::anon_send(view, ReadView{[&](const View& state) {
                   reader(state);
                   read = true;
                 }});
  actors.run();
  CHECK(read);
}

std::vector<TaskPtr> TestNode::tasks() {
  std::vector<TaskPtr> found;
  read([&](const View& state) { found = state.tasks(); });
  return found;
}

std::vector<TaskPtr> TestNode::tasks(TaskState observed) {
  std::vector<TaskPtr> found = tasks();
  std::erase_if(found, [&](const TaskPtr& task) { return task->status().state() != observed; });
  return found;
}

ServicePtr TestNode::service(const std::string& id) {
  ServicePtr found;
  read([&](const View& state) { found = state.service(id); });
  return found;
}

std::string TestNode::state_digest() {
  std::string digest;
  read([&](const View& state) { digest = state.state_digest(); });
  return digest;
}

}  // namespace skein::test
