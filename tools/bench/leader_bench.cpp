// What a leader holds: a log with a million settled tasks (1,000 services, 100 nodes) is folded and led. Counters:
// bytes of memory a task, everything in (View, services, nodes, scheduler, reaper), and the rate of folding and
// starting. Simulated nodes: nobody runs these tasks.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <malloc.h>

#include <cstdio>
#include <thread>

#include "events/domain/cluster.h"
#include "events/store/memory_log.h"
#include "runtime/node/system_ports.h"
#include "tools/bench/idle_node.h"

namespace skein {
namespace {

constexpr int kServices = 1000;
constexpr int kNodes = 100;

std::string id_of(char kind, int number) { return fmt::format("{}{:0>24}", kind, number); }

// Writes records in one term, chained, as a leader would.
class Writer {
 public:
  explicit Writer(EventLog& log) : log_{log} {}
  void write(std::vector<Event> events) {
    auto record = std::make_shared<Record>();
    record->set_index(log_.last().value() + 1);
    record->set_term(1);
    record->set_at_ns(static_cast<std::int64_t>(record->index()));
    for (Event& event : events) record->add_events()->Swap(&event);
    record->set_digest(chain_digest(log_.last_digest(), *record));
    AppendGroup group;
    group.records.push_back(std::move(record));
    group.hard_state = HardState{Term{1}, "bench", next(log_.last()), {}};
    if (!log_.append(group)) std::abort();
  }

 private:
  EventLog& log_;
};

void found(Writer& writer) {
  Event founded = event_for("cluster");
  *founded.mutable_cluster_founded()->mutable_spec() = cluster::default_spec();
  std::vector<Event> events{founded};
  for (int n = 0; n < kNodes; ++n) {
    events.push_back(event_for(id_of('n', n)));
    NodeJoined& joined = *events.back().mutable_node_joined();
    joined.mutable_description()->set_hostname(fmt::format("host{}", n));
    events.push_back(event_for(id_of('n', n)));
    events.back().mutable_node_status_changed()->mutable_status()->set_state(NodeStatus::READY);
  }
  writer.write(std::move(events));
}

void run_service(Writer& writer, int number, int tasks) {
  std::vector<Event> events{event_for(id_of('s', number))};
  ServiceSpec& spec = *events[0].mutable_service_created()->mutable_spec();
  spec.set_name(fmt::format("service{}", number));
  spec.mutable_task()->mutable_container()->set_image("skein/whoami:1");
  spec.mutable_replicated()->set_replicas(static_cast<std::uint64_t>(tasks));
  for (int t = 0; t < tasks; ++t) {
    const std::string id = id_of('t', number * tasks + t);
    events.push_back(event_for(id));
    TaskCreated& created = *events.back().mutable_task_created();
    created.set_service_id(id_of('s', number));
    created.set_slot(static_cast<std::uint64_t>(t) + 1);
    created.set_desired(TASK_RUNNING);
    created.set_state(TASK_PENDING);
    events.push_back(event_for(id));
    events.back().mutable_task_assigned()->set_node_id(id_of('n', t % kNodes));
    events.push_back(event_for(id));
    TaskStatus& status = *events.back().mutable_task_observed()->mutable_status();
    status.set_state(TASK_RUNNING);
    status.set_message("started");
    status.set_container_id(std::string(64, 'c'));
    status.set_pid(4711);
    status.set_has_container(true);
  }
  writer.write(std::move(events));
}

std::size_t memory_in_use() {
  ::malloc_trim(0);
  return ::mallinfo2().uordblks + ::mallinfo2().hblkhd;
}

void LeadSettledTasks(benchmark::State& state) {
  const auto tasks = static_cast<int>(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    auto log = std::make_unique<MemoryLog>();
    Writer writer{*log};
    writer.write({[] {
      Event opened;
      opened.mutable_term_started()->set_leader("bench");
      return opened;
    }()});
    found(writer);
    for (int s = 0; s < kServices; ++s) run_service(writer, s, tasks / kServices);
    const std::size_t before = memory_in_use();
    state.ResumeTiming();
    IdleNode node{*log};
    std::size_t counted = 0;
    node.system->read([&](const View& view) { counted = view.task_count(); });
    state.PauseTiming();
    if (counted != static_cast<std::size_t>(tasks)) state.SkipWithError("the View has lost tasks");
    std::this_thread::sleep_for(std::chrono::seconds{5});  // let the actors come to rest before counting
    state.counters["bytes_per_task"] = static_cast<double>(memory_in_use() - before) / tasks;
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * tasks * 3);
}
BENCHMARK(LeadSettledTasks)->Arg(100'000)->Arg(1'000'000)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace skein
