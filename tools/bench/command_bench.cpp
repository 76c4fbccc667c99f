// Commands a second through the whole write path: leadership, directory, log actor, group commit on LMDB, fold, reply.
// One command a call, from as many clients as the benchmark's argument says; each waits for its outcome. Records are
// what `docker config create` of 100 bytes makes. And: what waking a task's actor costs.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <stdlib.h>

#include <atomic>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <filesystem>
#include <future>
#include <thread>

#include "actors/stream_actor.h"
#include "events/domain/task.h"
#include "events/store/lmdb_log.h"
#include "runtime/node/system_ports.h"
#include "tools/bench/idle_node.h"

namespace skein {
namespace {

// A cluster of one on a log of its own, below the working directory (so that it is on a real disk).
struct Cluster1 {
  Cluster1() {
    char path[] = "./skein-bench-XXXXXX";
    dir = ::mkdtemp(path);
    log = std::move(*LmdbLog::open({dir + "/log", dir + "/data.key", {}}));
    node = std::make_unique<IdleNode>(*log);
  }
  ~Cluster1() {
    node.reset();
    log.reset();
    std::filesystem::remove_all(dir);
  }
  std::string dir;
  std::unique_ptr<LmdbLog> log;
  std::unique_ptr<IdleNode> node;
};

Command create_config(int number) {
  Command command;
  command.mutable_create_config()->mutable_spec()->set_name(fmt::format("c{}", number));
  command.mutable_create_config()->set_data(std::string(100, 'x'));
  return command;
}

void CommandsPerSecond(benchmark::State& state) {
  Cluster1 cluster;
  const auto clients = static_cast<int>(state.range(0));
  constexpr int kPerClient = 200;
  std::atomic<int> number{0};
  for (auto _ : state) {
    std::vector<std::jthread> threads;
    for (int client = 0; client < clients; ++client)
      threads.emplace_back([&] {
        for (int i = 0; i < kPerClient; ++i)
          benchmark::DoNotOptimize(cluster.node->system->submit(create_config(number++), {"bench", "bench"}));
      });
  }
  state.SetItemsProcessed(state.iterations() * clients * kPerClient);
}
BENCHMARK(CommandsPerSecond)->Arg(1)->Arg(16)->Arg(128)->Arg(512)->UseRealTime()->Unit(benchmark::kMillisecond);

// Spawn with its state, one decision that has nothing to do, rest, end.
void WakeATask(benchmark::State& state) {
  caf::actor_system_config config;
  config.set("scheduler.policy", caf::atom("sharing"));
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  SystemClock clock;
  const auto world = std::make_shared<const World>(World{&clock, [] { return std::make_unique<SystemRng>(); }, {}});
  auto task = std::make_shared<Task>();
  task->set_id("0123456789012345678901234");
  task->set_revision(7);
  constexpr int kBatch = 10'000;
  const RestSink parent =
      system.spawn([](RestSink::pointer) -> RestSink::behavior_type { return {[](const Rests&) {}}; });
  for (auto _ : state) {
    std::atomic<int> left{kBatch};
    std::promise<void> done;
    for (int i = 0; i < kBatch; ++i) {
      const auto actor = spawn_stream<Task>(*self.ptr(), {Aggregate::task, task, {}, world, parent});
      caf::anon_send(actor, Ask<Task>{[](const Task&, const DecideContext&) -> Result<Decision> { return Decision{}; },
                                      {},
                                      [&](const Outcome&) {
                                        if (--left == 0) done.set_value();
                                      }});
    }
    done.get_future().wait();
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
  caf::anon_send_exit(parent, caf::exit_reason::user_shutdown);
}
BENCHMARK(WakeATask)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace skein
