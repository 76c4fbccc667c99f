// How fast the View folds and how much memory a settled task takes.
//   ViewFoldSteps    small events about tasks that exist, in records of 1,000
//   ViewFoldLives    tasks from birth to running, in records of 1,000
//   ViewSettledTask  bytes a task at one million settled tasks, everything in the View counted
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstdint>
#include <string>
#include <vector>

#include "events/base/ids.h"
#include "events/base/rng.h"
#include "events/views/view.h"

namespace {

using namespace skein;

constexpr std::size_t kBatch = 1'000;
constexpr std::size_t kNodes = 5'000;
constexpr std::size_t kServices = 100;

struct Names {
  std::vector<std::string> nodes, services, tasks, containers;
};

Names names_for(std::size_t tasks) {
  SeededRng rng{42};
  Names names;
  for (std::size_t i = 0; i < kNodes; ++i) names.nodes.push_back(random_id(rng));
  for (std::size_t i = 0; i < kServices; ++i) names.services.push_back(random_id(rng));
  for (std::size_t i = 0; i < tasks; ++i) names.tasks.push_back(random_id(rng));
  for (std::size_t i = 0; i < tasks; ++i) {
    names.containers.push_back((random_id(rng) + random_id(rng) + random_id(rng)).substr(0, 64));
  }
  return names;
}

class Recorder {
 public:
  Event& event(const std::string& id) {
    Event& added = *record_.add_events();
    added.set_id(id);
    return added;
  }
  Record cut() {
    record_.set_index(++index_);
    record_.set_at_ns(1'700'000'000'000'000'000 + static_cast<std::int64_t>(index_));
    Record done;
    done.Swap(&record_);
    return done;
  }
  std::size_t size() const { return static_cast<std::size_t>(record_.events_size()); }

 private:
  Record record_;
  std::uint64_t index_ = 0;
};

Record services_born(Recorder& recorder, const Names& names) {
  for (const std::string& id : names.services) {
    recorder.event(id).mutable_service_created()->mutable_spec()->set_name("service-" + id);
  }
  return recorder.cut();
}

void born(Event& event, const Names& names, std::size_t i) {
  TaskCreated& created = *event.mutable_task_created();
  created.set_service_id(names.services[i % kServices]);
  created.set_spec_version(1);
  created.set_slot(i / kServices + 1);
  created.set_desired(TASK_RUNNING);
  created.set_state(TASK_PENDING);
}

void assigned(Event& event, const Names& names, std::size_t i) {
  TaskAssigned& assigned = *event.mutable_task_assigned();
  assigned.set_node_id(names.nodes[i % kNodes]);
  TaskNetwork& network = *assigned.add_networks();
  network.set_network_id(names.services[0]);
  network.add_addresses("10.0.1." + std::to_string(i % 250) + "/24");
}

void observed(Event& event, TaskState state) {
  TaskStatus& status = *event.mutable_task_observed()->mutable_status();
  status.set_state(state);
  status.set_at_ns(1'700'000'000'000'000'000);
  status.set_message(state == TASK_RUNNING ? "started" : "preparing");
}

void running(Event& event, const Names& names, std::size_t i) {
  observed(event, TASK_RUNNING);
  TaskStatus& status = *event.mutable_task_observed()->mutable_status();
  status.set_container_id(names.containers[i]);
  status.set_pid(static_cast<std::int64_t>(1'000 + i % 30'000));
  status.set_has_container(true);
}

template <class Fill>
void each_task(Recorder& recorder, const Names& names, std::vector<Record>& out, Fill fill) {
  for (std::size_t i = 0; i < names.tasks.size(); ++i) {
    fill(recorder.event(names.tasks[i]), i);
    if (recorder.size() == kBatch) out.push_back(recorder.cut());
  }
  if (recorder.size() > 0) out.push_back(recorder.cut());
}

std::vector<Record> lives(Recorder& recorder, const Names& names) {
  std::vector<Record> out;
  out.push_back(services_born(recorder, names));
  each_task(recorder, names, out, [&](Event& e, std::size_t i) { born(e, names, i); });
  each_task(recorder, names, out, [&](Event& e, std::size_t i) { assigned(e, names, i); });
  for (const TaskState state : {TASK_ACCEPTED, TASK_PREPARING, TASK_READY, TASK_STARTING}) {
    each_task(recorder, names, out, [&](Event& e, std::size_t) { observed(e, state); });
  }
  each_task(recorder, names, out, [&](Event& e, std::size_t i) { running(e, names, i); });
  return out;
}

std::int64_t fold(View& view, const std::vector<Record>& records) {
  std::int64_t events = 0;
  for (const Record& record : records) {
    benchmark::DoNotOptimize(view.apply(record));
    events += record.events_size();
  }
  return events;
}

void ViewFoldLives(benchmark::State& state) {
  const Names names = names_for(static_cast<std::size_t>(state.range(0)));
  Recorder recorder;
  const auto records = lives(recorder, names);
  std::int64_t events = 0;
  for (auto _ : state) {
    View view;
    events += fold(view, records);
    benchmark::DoNotOptimize(view.state_digest());
  }
  state.SetItemsProcessed(events);
}
BENCHMARK(ViewFoldLives)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void ViewFoldSteps(benchmark::State& state) {
  const Names names = names_for(static_cast<std::size_t>(state.range(0)));
  Recorder recorder;
  std::vector<Record> start{services_born(recorder, names)};
  each_task(recorder, names, start, [&](Event& e, std::size_t i) { born(e, names, i); });
  each_task(recorder, names, start, [&](Event& e, std::size_t i) { assigned(e, names, i); });
  std::vector<Record> steps;
  for (const TaskState step : {TASK_ACCEPTED, TASK_PREPARING, TASK_READY, TASK_STARTING}) {
    each_task(recorder, names, steps, [&](Event& e, std::size_t) { observed(e, step); });
  }
  std::int64_t events = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto view = std::make_unique<View>();
    fold(*view, start);
    state.ResumeTiming();
    events += fold(*view, steps);
    state.PauseTiming();
    view.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(events);
}
BENCHMARK(ViewFoldSteps)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

void ViewSettledTask(benchmark::State& state) {
  const Names names = names_for(1'000'000);
  for (auto _ : state) {
    malloc_trim(0);
    const auto before = mallinfo2().uordblks + mallinfo2().hblkhd;
    View view;
    {
      Recorder recorder;
      fold(view, lives(recorder, names));
    }
    view.state_digest();
    const auto after = mallinfo2().uordblks + mallinfo2().hblkhd;
    state.counters["bytes_per_task"] = static_cast<double>(after - before) / 1e6;
  }
}
BENCHMARK(ViewSettledTask)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
