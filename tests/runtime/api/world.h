// World: an EngineApi over fakes: a View folded from records the test appends, and made-up images and containers.
//
// The fakes hold no rules of their own: submit() hands the command to `on_submit`, which by default accepts nothing.
// Threads: append() and the API may run at once.
#pragma once
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "events/base/rng.h"
#include "runtime/api/engine_api.h"
#include "runtime/api/node_control.h"
#include "runtime/containers/container_directory.h"
#include "runtime/images/image_store.h"

namespace skein {

class FakeGateway final : public Gateway {
 public:
  Outcome submit(Command command, const Caller& caller) override;
  void read(const std::function<void(const View&)>& reader) override;
  Result<void> read_at(Moment moment, const std::function<void(const View&)>& reader) override;
  std::unique_ptr<LogTail> tail(LogIndex from) override;
  Result<RecordPtr> record(LogIndex index) override;
  Result<std::string> payload(const std::string& digest) override;
  Result<std::uint64_t> verify() override { return std::uint64_t{records_.size()}; }
  Result<ReplayReport> replay() override { return replay_report; }
  std::string node_id() const override { return "iiy9n7pqrbkzx4kf1gb0al0n0"; }
  bool is_leader() const override { return true; }

  // Gives the record its index, term and (if it has none) time, and folds it. Returns the index.
  std::uint64_t append(Record record);
  std::uint64_t append(Event event);
  std::vector<RecordPtr> records_after(LogIndex from, std::chrono::milliseconds wait);

  std::function<Outcome(const Command&)> on_submit;
  std::vector<Command> commands;  // every one submitted
  Caller last_caller;
  ReplayReport replay_report;
  std::map<std::string, std::string> payloads;

 private:
  std::mutex mutex_;
  std::condition_variable grown_;
  View view_;
  std::vector<RecordPtr> records_;
};

class FakeNode final : public NodeControl {
 public:
  Result<std::string> init(const SwarmInit& request, const Caller& caller) override;
  Result<void> join(const SwarmJoin& request, const Caller& caller) override;
  Result<void> leave(bool force, const Caller& caller) override;
  Result<void> unlock(const std::string& key) override;
  LocalState state() const override { return state_now; }
  HostFacts facts() const override;
  std::vector<LocalNetwork> local_networks() const override;
  Result<std::string> login(const RegistryLogin& login) override;

  LocalState state_now;
  SwarmInit last_init;
  SwarmJoin last_join;
};

class FakeImages final : public ImageStore {
 public:
  std::vector<Image> list() const override { return images; }
  Result<Image> find(const std::string& reference) const override;
  Result<nlohmann::json> history(const std::string&) const override;
  Result<void> load(const ByteSource& archive, const Progress& progress) override;
  Result<std::string> import(const ByteSource&, const std::string&, const std::string&, const std::vector<std::string>&,
                             const std::string&) override;
  Result<void> tag(const std::string& reference, const std::string&, const std::string&) override;
  Result<RemovedImage> remove(const std::string& reference, bool force,
                              const std::function<std::string(const std::string&)>& in_use) override;
  Result<std::string> pull(const PullRequest& request, const Progress& progress) override;
  Result<Distribution> distribution(const PullRequest& request) override;
  Result<std::vector<std::string>> layers(const std::string&) const override { return std::vector<std::string>{}; }

  std::vector<Image> images;
  std::size_t loaded_bytes = 0;
};

class FakeContainers final : public ContainerDirectory {
 public:
  std::vector<ContainerRecord> list() const override;
  Result<ContainerRecord> find(const std::string& typed) const override;
  Result<void> logs(const std::string& id, const LogQuery& query, const std::function<bool(const LogLine&)>& line,
                    const std::function<bool()>& cancelled) const override;
  Result<ContainerRecord> of_task(const std::string& task_id) const override;

  // Adds one while calls run.
  void come(const ContainerRecord& container, std::vector<LogLine> its_lines);

  std::vector<ContainerRecord> containers;            // of the test alone, before calls run
  std::map<std::string, std::vector<LogLine>> lines;  // by container id

 private:
  mutable std::mutex mutex_;
};

class FixedClock final : public Clock {
 public:
  WallTime now() const override { return at; }
  WallTime at{1'795'176'000'000'000'000};  // 2026-11-20T12:00:00Z
};

struct World {
  World();
  // One manager node1 (this one) and a worker node4, the ingress network, a replicated service `web` with three tasks
  // (two here), a global one and a job; container logs. As in the transcripts.
  void found_swarm();

  struct Answer {
    int status = 0;
    std::string content_type;
    std::string body;
    nlohmann::json json() const { return nlohmann::json::parse(body); }
    std::string message() const { return json().at("message").get<std::string>(); }
  };
  // Runs a call through the router; a stream is read until it ends.
  Answer ask(const std::string& method, const std::string& target, const std::string& body = {},
             const Headers& headers = {});

  FixedClock clock;
  SeededRng rng{7};
  FakeImages images;
  FakeContainers containers;
  FakeNode node;
  std::shared_ptr<FakeGateway> gateway;  // nullptr until found_swarm()
  EngineApi api;
};

ContainerRecord container_of(const std::string& task, std::uint64_t slot, std::int64_t created_ns);
Event event_about(const std::string& id);
ServiceSpec simple_spec(const std::string& name, const std::string& image);

inline constexpr const char* kNode1 = "iiy9n7pqrbkzx4kf1gb0al0n0";
inline constexpr const char* kNode4 = "gbm78r9eiii29t0tgjeusjyfz";
inline constexpr const char* kWeb = "8d50v0kf58xgfvvcppz87eqd0";
inline constexpr const char* kGlobal = "ckjfvh26k8tvrvwdwmp9hdekj";
inline constexpr const char* kJob = "vxtzcpdfwsue3iesiqc5vbmlx";
inline constexpr const char* kIngress = "xwpzmw5utv86ivf9s22sxbmk5";
inline constexpr const char* kTask1 = "sy43g0aqws5l378icpwnvoteq";
inline constexpr const char* kTask2 = "6gljkla5w2lhj2d7v4ynh0d1b";
inline constexpr const char* kTask3 = "ptx9tsxxpbdqx92y1t3htwj8s";

}  // namespace skein
