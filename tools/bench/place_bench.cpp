// Placements a second on 5,000 nodes.
//   PlaceMany     1,000,000 tasks of 100 services, in batches of 10,000 that mix the services
//   PlaceFew      one task a service, 10,000 services, in batches of 1,000: no group is worth a heap
//   PlaceSpread   as PlaceMany with a spread preference over 50 racks
//   PlaceHopeless one task that no node can take: what a reason costs
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "actors/plan/place.h"
#include "events/base/ids.h"
#include "events/base/rng.h"

namespace {

using namespace skein;
using plan::Placer;
using plan::WaitingTask;

constexpr std::size_t kNodes = 5'000;
constexpr WallTime kNow{1'700'000'000'000'000'000};

void know_nodes(Placer& placer, SeededRng& rng) {
  for (std::size_t i = 0; i < kNodes; ++i) {
    auto node = std::make_shared<Node>();
    node->set_id(random_id(rng));
    node->mutable_status()->set_state(NodeStatus::READY);
    node->mutable_description()->mutable_platform()->set_os("linux");
    node->mutable_description()->mutable_resources()->set_nano_cpus(64'000'000'000'000);
    node->mutable_description()->mutable_resources()->set_memory_bytes(std::int64_t{1} << 50);
    Label& rack = *node->mutable_spec()->add_labels();
    rack.set_key("rack");
    rack.set_value("r" + std::to_string(i % 50));
    placer.upsert_node(std::move(node));
  }
}

std::vector<SpecPtr> specs(std::size_t count, bool spread, SeededRng& rng) {
  std::vector<SpecPtr> out;
  for (std::size_t i = 0; i < count; ++i) {
    auto spec = std::make_shared<SpecVersion>();
    spec->set_service_id(random_id(rng));
    spec->set_version(1);
    TaskSpec& task = *spec->mutable_spec()->mutable_task();
    task.mutable_resources()->mutable_reservations()->set_nano_cpus(100'000'000);
    task.mutable_resources()->mutable_reservations()->set_memory_bytes(64 << 20);
    task.mutable_placement()->add_constraints("node.platform.os == linux");
    if (spread) task.mutable_placement()->add_spread("node.labels.rack");
    out.push_back(std::move(spec));
  }
  return out;
}

std::vector<WaitingTask> tasks(std::size_t count, const std::vector<SpecPtr>& of, SeededRng& rng) {
  std::vector<WaitingTask> out;
  for (std::size_t i = 0; i < count; ++i) {
    auto task = std::make_shared<Task>();
    task->set_id(random_id(rng));
    task->set_service_id(of[i % of.size()]->service_id());
    task->set_spec_version(1);
    task->set_desired(TASK_RUNNING);
    task->mutable_status()->set_state(TASK_PENDING);
    out.push_back({std::move(task), of[i % of.size()]});
  }
  return out;
}

void place_all(benchmark::State& state, std::size_t count, std::size_t services, std::size_t batch, bool spread) {
  SeededRng rng{1};
  const auto waiting = tasks(count, specs(services, spread, rng), rng);
  for (auto _ : state) {
    state.PauseTiming();
    auto placer = std::make_unique<Placer>();
    know_nodes(*placer, rng);
    placer->place({}, kNow);
    state.ResumeTiming();
    for (std::size_t at = 0; at < waiting.size(); at += batch) {
      const auto got = placer->place(std::span{waiting}.subspan(at, std::min(batch, waiting.size() - at)), kNow);
      if (!got.held_back.empty()) state.SkipWithError("a task was held back");
    }
    state.PauseTiming();
    placer.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(count));
}

void PlaceMany(benchmark::State& state) { place_all(state, 1'000'000, 100, 10'000, false); }
BENCHMARK(PlaceMany)->Unit(benchmark::kMillisecond);

void PlaceFew(benchmark::State& state) { place_all(state, 10'000, 10'000, 1'000, false); }
BENCHMARK(PlaceFew)->Unit(benchmark::kMillisecond);

void PlaceSpread(benchmark::State& state) { place_all(state, 1'000'000, 100, 10'000, true); }
BENCHMARK(PlaceSpread)->Unit(benchmark::kMillisecond);

void PlaceHopeless(benchmark::State& state) {
  SeededRng rng{1};
  Placer placer;
  know_nodes(placer, rng);
  auto spec = std::make_shared<SpecVersion>();
  spec->set_service_id("s");
  spec->mutable_spec()->mutable_task()->mutable_placement()->add_constraints("node.role == manager");
  const auto waiting = tasks(1, {spec}, rng);
  for (auto _ : state) benchmark::DoNotOptimize(placer.place(waiting, kNow));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(PlaceHopeless)->Unit(benchmark::kMicrosecond);

}  // namespace
