#include "actors/cluster_system.h"

#include <spdlog/spdlog.h>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <future>
#include <optional>
#include <thread>

#include "actors/agent_actor.h"
#include "actors/commit_signal.h"
#include "actors/history_actor.h"
#include "actors/leadership_actor.h"
#include "actors/log_actor.h"
#include "actors/log_disk.h"
#include "actors/log_tail.h"
#include "actors/mesh_actor.h"
#include "actors/stream_writer.h"
#include "actors/view_actor.h"
#include "events/raft/log_reader.h"

namespace skein {
namespace {

constexpr std::chrono::seconds kReplayNews{5};

struct SystemConfig : caf::actor_system_config {
  SystemConfig() {
    set("scheduler.policy", caf::atom("sharing"));  // no idle wake-ups (caf-0.17 notes, section 8)
    set("scheduler.max-threads", std::max<std::size_t>(2, std::thread::hardware_concurrency()));
    set("scheduler.max-throughput", std::size_t{64});
  }
};

template <class Handle>
void end_actor(const Handle& handle) {
  if (handle) caf::anon_send_exit(handle, caf::exit_reason::user_shutdown);
}

class RunningSystem final : public ClusterSystem {
 public:
  RunningSystem(ClusterParts parts, View view, raft::Recovered recovered);
  ~RunningSystem() override;

  Outcome submit(Command command, const Caller& caller) override;
  void read(const std::function<void(const View&)>& reader) override;
  Result<void> read_at(Moment moment, const std::function<void(const View&)>& reader) override;
  std::unique_ptr<LogTail> tail(LogIndex from) override;
  Result<RecordPtr> record(LogIndex index) override;
  Result<std::string> payload(const std::string& digest) override;
  Result<std::uint64_t> verify() override { return verify_chain(*parts_.log, signal_.index()); }
  Result<ReplayReport> replay() override;
  void stop() override;
  std::string node_id() const override { return parts_.node_id; }
  bool is_leader() const override { return true; }  // a single manager leads whenever it runs

  // Until the first record of the own term is folded, and with it everything acknowledged in an earlier life: a read
  // before that could miss it. A single voter needs nobody else for this.
  void wait_past(LogIndex last) const {
    while (signal_.wait_past(last, kReplayNews) <= last)
      spdlog::info("folding the log: at index {} of {}", signal_.index().value(), last.value());
  }

  // Set before anything starts; the reader must stay where it is.
  raft::StoredLog reader_;

 private:
  raft::Config raft_config() const;
  void start_local(std::shared_ptr<const World> world);

  ClusterParts parts_;
  CommitSignal signal_;
  std::unique_ptr<LogDisk> disk_;
  SystemConfig config_;
  caf::actor_system system_;
  LogActor log_;
  ViewActor view_;
  HistoryActor history_;
  LeadershipActor leadership_;
  AgentActor agent_;
  MeshActor mesh_;
  bool stopped_ = false;
};

raft::Config RunningSystem::raft_config() const {
  raft::Config config;
  config.id = parts_.node_id;
  config.addr = parts_.addr;
  config.voters = {parts_.node_id};
  return config;
}

RunningSystem::RunningSystem(ClusterParts parts, View view, raft::Recovered recovered)
    : reader_{*parts.log}, parts_{std::move(parts)}, disk_{make_threaded_disk(*parts_.log)}, system_{config_} {
  recovered.reader = &reader_;
  const auto world = std::make_shared<const World>(World{
      parts_.clock, parts_.make_rng, [log = parts_.log](const std::string& digest) { return log->payload(digest); }});
  start_local(world);
  leadership_ = spawn_leadership(system_, {parts_.node_id, world, AgentSession{agent_}, [this] { return log_; }});
  view_ = spawn_view(system_, {std::make_shared<View>(std::move(view)), parts_.node_id, disk_.get(), &signal_,
                               leadership_, parts_.give_up});
  history_ = spawn_history(system_, {parts_.log, [this] { return signal_.index(); }, !parts_.in_one_thread});
  log_ = spawn_log(system_, {raft_config(), std::move(recovered), disk_.get(), view_, world, parts_.give_up});
}

void RunningSystem::start_local(std::shared_ptr<const World> world) {
  mesh_ = spawn_mesh(system_, {parts_.plane, parts_.found_sandboxes, !parts_.in_one_thread});
  agent_ = spawn_agent(system_, {parts_.description, parts_.found, parts_.executor, mesh_, std::move(world)});
  parts_.executor->on_exit(
      [agent = agent_](ContainerExit exit) { caf::anon_send(agent, ContainerExited{std::move(exit)}); });
}

RunningSystem::~RunningSystem() { stop(); }

void RunningSystem::stop() {
  if (std::exchange(stopped_, true)) return;
  signal_.close();
  end_actor(log_);
  end_actor(view_);
  end_actor(history_);
  end_actor(leadership_);
  end_actor(agent_);
  end_actor(mesh_);
  system_.await_all_actors_done();
  system_.clock().cancel_all();  // a pending timer keeps its actor, and a detached actor's thread, alive
  disk_->close();                // a group under way becomes durable; its answer finds nobody
}

// Waits for what an actor promised. An actor that ended before it answered breaks its promise.
template <class T>
std::optional<T> wait_for(std::future<T> future) {
  try {
    return future.get();
  } catch (const std::future_error&) {
    return std::nullopt;
  }
}

Outcome RunningSystem::submit(Command command, const Caller& caller) {
  auto promise = std::make_shared<std::promise<Outcome>>();
  std::future<Outcome> outcome = promise->get_future();
  if (command.id().empty()) {
    const auto rng = parts_.make_rng();
    command.set_id(random_id(*rng));
  }
  const std::string id = command.id();
  caf::anon_send(leadership_,
                 Submit{std::make_shared<const Command>(std::move(command)), caller,
                        [promise = std::move(promise)](const Outcome& told) { promise->set_value(told); }});
  if (std::optional<Outcome> told = wait_for(std::move(outcome))) return *std::move(told);
  return refused(id, {Errc::outcome_unknown, "outcome unknown, command " + id + ": this node is stopping"});
}

void RunningSystem::read(const std::function<void(const View&)>& reader) {
  auto promise = std::make_shared<std::promise<bool>>();
  std::future<bool> done = promise->get_future();
  caf::anon_send(view_, ReadView{[&reader, promise = std::move(promise)](const View& view) {
                   reader(view);
                   promise->set_value(true);
                 }});
  if (!wait_for(std::move(done))) reader(View{});  // stopping: there is no state any more
}

Result<void> RunningSystem::read_at(Moment moment, const std::function<void(const View&)>& reader) {
  auto promise = std::make_shared<std::promise<Result<void>>>();
  std::future<Result<void>> done = promise->get_future();
  caf::anon_send(history_, ReadViewAt{moment, [&reader, promise = std::move(promise)](Result<const View*> view) {
                                        if (!view) return promise->set_value(view.refusal());
                                        reader(**view);
                                        promise->set_value(Result<void>{});
                                      }});
  if (std::optional<Result<void>> told = wait_for(std::move(done))) return *std::move(told);
  return Refusal{Errc::unavailable, "this node is leaving the swarm"};
}

std::unique_ptr<LogTail> RunningSystem::tail(LogIndex from) {
  return std::make_unique<StoredTail>(*parts_.log, signal_, from);
}

Result<RecordPtr> RunningSystem::record(LogIndex index) {
  if (index.value() == 0 || index > signal_.index())
    return Refusal{Errc::not_found, "the log has no record " + std::to_string(index.value()) + "; it goes from 1 to " +
                                        std::to_string(signal_.index().value())};
  Result<std::vector<RecordPtr>> records = parts_.log->read(index, {1, 1});
  if (!records) return records.refusal();
  if (records->empty()) return Refusal{Errc::not_found, "record " + std::to_string(index.value()) + " is not here"};
  return records->front();
}

Result<std::string> RunningSystem::payload(const std::string& digest) {
  Result<Payload> payload = parts_.log->payload(digest);
  if (!payload) return payload.refusal();
  return std::move(*payload->mutable_data());
}

Result<ReplayReport> RunningSystem::replay() {
  ReplayReport report;
  read([&](const View& view) {
    report.index = view.index();
    report.live_digest = view.state_digest();
  });
  const auto begin = std::chrono::steady_clock::now();
  Result<Replayed> replayed = replay_all(*parts_.log, report.index);
  if (!replayed) return replayed.refusal();
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  report.records = replayed->records;
  report.events = replayed->events;
  report.replayed_digest = replayed->digest;
  return report;
}

}  // namespace

Result<std::unique_ptr<ClusterSystem>> ClusterSystem::start(ClusterParts parts) {
  EventLog& log = *parts.log;
  Result<std::shared_ptr<const Snapshot>> snapshot = log.snapshot_before(log.last());
  if (!snapshot) return snapshot.refusal();
  View view = *snapshot ? View::from_snapshot(**snapshot) : View{};
  const raft::StoredLog reader{log};
  Result<raft::Recovered> recovered = raft::recover(log, reader, view.index());
  if (!recovered) return recovered.refusal();
  const LogIndex last = log.last();
  std::unique_ptr<RunningSystem> running;
  // On a thread of its own: CAF leaves a reference to the system's logger in every thread that spawns, and the system's
  // destructor waits until the last such thread has ended or is the one that destroys it.
  std::thread{[&] {
    running = std::make_unique<RunningSystem>(std::move(parts), std::move(view), std::move(*recovered));
  }}.join();
  running->wait_past(last);
  return std::unique_ptr<ClusterSystem>{std::move(running)};
}

}  // namespace skein
