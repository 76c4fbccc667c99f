// The placer against the most obvious one: it keeps a list of who holds what, looks at every node for every task and
// recounts everything each time.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "actors/plan/place.h"
#include "events/base/ids.h"
#include "events/base/rng.h"
#include "events/domain/task_state.h"

namespace skein::plan {
namespace {

struct ObviousPlacer {
  struct Held {
    Task task;
    SpecPtr spec;
    std::string node;
  };
  std::map<std::string, Node> nodes;
  std::map<std::string, Held> held;
  std::map<std::tuple<std::string, std::uint64_t, std::string>, std::vector<std::int64_t>> failures;

  bool active(const Held& h) const { return is_runnable_desired(h.task.desired()); }
  int count(const std::string& node, const std::string& service) const {
    return static_cast<int>(std::count_if(held.begin(), held.end(), [&](const auto& entry) {
      const Held& h = entry.second;
      return h.node == node && active(h) && (service.empty() || h.spec->service_id() == service);
    }));
  }
  std::int64_t memory_taken(const std::string& node) const {
    std::int64_t sum = 0;
    for (const auto& [id, h] : held) {
      if (h.node == node) sum += h.spec->spec().task().resources().reservations().memory_bytes();
    }
    return sum;
  }
  bool port_taken(const std::string& node, std::uint32_t port) const {
    return std::any_of(held.begin(), held.end(), [&](const auto& entry) {
      const auto& ports = entry.second.spec->endpoint().ports();
      return entry.second.node == node && !ports.empty() && ports[0].published_port() == port;
    });
  }
  std::string label(const Node& node) const {
    return node.spec().labels_size() > 0 ? node.spec().labels(0).value() : "";
  }

  // Empty: it fits.
  std::string obstacle(const Node& node, const SpecVersion& spec) const {
    const TaskSpec& task = spec.spec().task();
    if (node.status().state() != NodeStatus::READY || node.spec().availability() != NodeSpec::ACTIVE) return "ready";
    const std::int64_t wanted = task.resources().reservations().memory_bytes();
    if (wanted > 0 && memory_taken(node.id()) + wanted > node.description().resources().memory_bytes()) return "memory";
    if (task.placement().constraints_size() > 0 && label(node) != "r0") return "constraint";
    if (!spec.endpoint().ports().empty() && port_taken(node.id(), spec.endpoint().ports(0).published_port()))
      return "port";
    const auto limit = task.placement().max_replicas();
    if (limit > 0 && static_cast<std::uint64_t>(count(node.id(), spec.service_id())) >= limit) return "replicas";
    return "";
  }
  int penalty(const std::string& node, const SpecVersion& spec, WallTime now) const {
    const auto at = failures.find({spec.service_id(), spec.version(), node});
    if (at == failures.end()) return 0;
    const auto recent = std::count_if(at->second.begin(), at->second.end(),
                                      [&](std::int64_t t) { return t > now.ns - 300'000'000'000; });
    return recent >= 5 ? static_cast<int>(recent) : 0;
  }
  // One task: the emptiest rack that has a node for it (if spread), in it the first node by Swarm's order.
  std::string choose(const SpecVersion& spec, WallTime now) const {
    const bool spread = spec.spec().task().placement().spread_size() > 0;
    std::map<std::string, int> racks;
    for (const auto& [id, node] : nodes) racks[spread ? label(node) : ""] += count(id, spec.service_id());
    std::string best;
    std::tuple<int, std::string, int, int, int> best_key;
    for (const auto& [id, node] : nodes) {
      if (!obstacle(node, spec).empty()) continue;
      const std::string rack = spread ? label(node) : "";
      const std::tuple key{racks[rack], rack, penalty(id, spec, now), count(id, spec.service_id()), count(id, "")};
      if (best.empty() || key < best_key) std::tie(best, best_key) = std::tuple{id, key};
    }
    return best;
  }
  std::map<std::string, int> obstacles(const SpecVersion& spec) const {
    std::map<std::string, int> out;
    for (const auto& [id, node] : nodes) ++out[obstacle(node, spec)];
    return out;
  }
};

class RandomPlacement : public testing::TestWithParam<std::uint64_t> {
 protected:
  Node random_node(const std::string& id) {
    Node node;
    node.set_id(id);
    node.mutable_status()->set_state(rng_.below(6) == 0 ? NodeStatus::DOWN : NodeStatus::READY);
    if (rng_.below(8) == 0) node.mutable_spec()->set_availability(NodeSpec::DRAIN);
    node.mutable_description()->mutable_resources()->set_memory_bytes(static_cast<std::int64_t>(rng_.below(40)));
    if (rng_.below(4) != 0) {
      Label& rack = *node.mutable_spec()->add_labels();
      rack.set_key("rack");
      rack.set_value("r" + std::to_string(rng_.below(3)));
    }
    return node;
  }
  void change_nodes() {
    std::string id = "n" + std::to_string(rng_.below(12));
    if (rng_.below(5) == 0) {
      placer_.remove_node(id);
      obvious_.nodes.erase(id);
      std::erase_if(obvious_.failures, [&](const auto& entry) { return std::get<2>(entry.first) == id; });
      return;
    }
    obvious_.nodes[id] = random_node(id);
    placer_.upsert_node(std::make_shared<const Node>(obvious_.nodes[id]));
  }
  SpecPtr random_spec(std::uint64_t n) {
    auto spec = std::make_shared<SpecVersion>();
    spec->set_service_id("s" + std::to_string(n % 6));
    spec->set_version(1 + n / 6);
    TaskSpec& task = *spec->mutable_spec()->mutable_task();
    if (rng_.below(2) == 0) {
      task.mutable_resources()->mutable_reservations()->set_memory_bytes(static_cast<std::int64_t>(rng_.below(12)));
    }
    if (rng_.below(4) == 0) task.mutable_placement()->add_constraints("node.labels.rack == r0");
    if (rng_.below(3) == 0) task.mutable_placement()->add_spread("node.labels.rack");
    if (rng_.below(4) == 0) task.mutable_placement()->set_max_replicas(1 + rng_.below(3));
    if (rng_.below(5) == 0) {
      PortConfig& port = *spec->mutable_endpoint()->add_ports();
      port.set_publish_mode(PortConfig::HOST);
      port.set_published_port(static_cast<std::uint32_t>(80 + rng_.below(2)));
    }
    return spec;
  }
  void change_a_task() {
    if (obvious_.held.empty()) return;
    auto at = obvious_.held.begin();
    std::advance(at, rng_.below(obvious_.held.size()));
    Task task = at->second.task;
    const SpecPtr spec = at->second.spec;
    task.set_node_id(at->second.node);
    task.set_updated_at_ns(now_.ns);
    const auto what = rng_.below(4);
    if (what == 0) {
      task.set_desired(TASK_SHUTDOWN);
      task.mutable_status()->set_state(TASK_RUNNING);
      at->second.task = task;
    } else {
      task.mutable_status()->set_state(what == 1 ? TASK_COMPLETE : TASK_FAILED);
      if (what > 1 && obvious_.nodes.contains(at->second.node)) {
        obvious_.failures[{spec->service_id(), spec->version(), at->second.node}].push_back(now_.ns);
      }
      obvious_.held.erase(at);
    }
    placer_.task_is(task, spec);
  }
  std::vector<WaitingTask> random_batch() {
    std::vector<WaitingTask> batch;
    const std::uint64_t groups = 1 + rng_.below(3);
    for (std::uint64_t g = 0; g < groups; ++g) {
      const SpecPtr& spec = specs_[rng_.below(specs_.size())];
      const std::uint64_t count = rng_.below(3) == 0 ? 1 + rng_.below(30) : 1 + rng_.below(3);
      for (std::uint64_t i = 0; i < count; ++i) {
        auto task = std::make_shared<Task>();
        task->set_id(random_id(rng_));
        task->set_service_id(spec->service_id());
        task->set_spec_version(spec->version());
        task->set_desired(TASK_RUNNING);
        task->mutable_status()->set_state(TASK_PENDING);
        batch.push_back({std::move(task), spec});
      }
    }
    return batch;
  }
  // Each placement must be the one the obvious placer would make, given all before it.
  void check(const std::vector<WaitingTask>& batch, const Placements& got) {
    ASSERT_EQ(got.placed.size() + got.held_back.size(), batch.size());
    std::map<std::string, const WaitingTask*> waiting;
    for (const WaitingTask& w : batch) waiting[w.task->id()] = &w;
    for (const Placed& placed : got.placed) {
      const WaitingTask& w = *waiting.at(placed.task_id);
      ASSERT_EQ(placed.node_id, obvious_.choose(*w.spec, now_)) << w.spec->DebugString();
      obvious_.held[placed.task_id] = {*w.task, w.spec, placed.node_id};
    }
    for (const HeldBack& held : got.held_back) {
      const WaitingTask& w = *waiting.at(held.task_id);
      ASSERT_EQ(obvious_.choose(*w.spec, now_), "") << held.reason;
      check_reason(held.reason, obvious_.obstacles(*w.spec));
    }
  }
  // Only when the group was placed last do the counts still stand; otherwise only that some reason is given.
  void check_reason(const std::string& reason, const std::map<std::string, int>& obstacles) {
    ASSERT_EQ(reason.starts_with("no suitable node"), true);
    ASSERT_EQ(reason.find('(') == std::string::npos, obstacles.empty()) << reason;
  }

  SeededRng rng_{GetParam()};
  Placer placer_;
  ObviousPlacer obvious_;
  std::vector<SpecPtr> specs_;
  WallTime now_{1'000'000'000'000'000};
};

TEST_P(RandomPlacement, IsWhatTheObviousPlacerWouldDo) {
  for (std::uint64_t i = 0; i < 14; ++i) specs_.push_back(random_spec(i));
  for (int i = 0; i < 12; ++i) change_nodes();
  for (int round = 0; round < 60; ++round) {
    const auto batch = random_batch();
    check(batch, placer_.place(batch, now_));
    if (HasFatalFailure()) return;
    for (std::uint64_t i = rng_.below(30); i > 0; --i) change_a_task();
    for (std::uint64_t i = rng_.below(3); i > 0; --i) change_nodes();
    now_.ns += static_cast<std::int64_t>(rng_.below(60)) * 1'000'000'000;
  }
}

TEST_P(RandomPlacement, ReasonsCountEveryNodeOnce) {
  for (std::uint64_t i = 0; i < 14; ++i) specs_.push_back(random_spec(i));
  const std::map<std::string, std::string> texts = {{"ready", "not available for new tasks"},
                                                    {"memory", "insufficient resources on "},
                                                    {"constraint", "scheduling constraints not satisfied on "},
                                                    {"port", "host-mode port already in use on "},
                                                    {"replicas", "max replicas per node limit exceed"}};
  int refused = 0;
  for (int round = 0; round < 300; ++round) {
    change_nodes();
    auto batch = random_batch();
    batch.resize(1);
    const Placements got = placer_.place(batch, now_);
    for (const Placed& placed : got.placed)
      obvious_.held[placed.task_id] = {*batch[0].task, batch[0].spec, placed.node_id};
    if (got.held_back.empty()) continue;
    ++refused;
    const auto obstacles = obvious_.obstacles(*batch[0].spec);
    ASSERT_FALSE(obstacles.contains(""));
    std::size_t at = 0;
    int parts = 0;
    for (const auto& [kind, count] : obstacles) {
      const std::string& text = texts.at(kind);
      const std::string noun = count == 1 ? " node" : " nodes";
      std::string expected = text + std::to_string(count) + noun;
      if (kind == "ready") expected = std::to_string(count) + noun + " " + text;
      if (kind == "replicas") expected = text;
      ASSERT_NE(got.held_back[0].reason.find(expected), std::string::npos)
          << got.held_back[0].reason << " / " << expected;
      ++parts;
    }
    while ((at = got.held_back[0].reason.find("; ", at)) != std::string::npos) ++at, --parts;
    ASSERT_EQ(parts, obstacles.empty() ? 0 : 1);
  }
  EXPECT_GT(refused, 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomPlacement, testing::Range<std::uint64_t>(1, 41));

}  // namespace
}  // namespace skein::plan
