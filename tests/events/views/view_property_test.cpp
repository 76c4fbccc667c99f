// Properties of the fold over random histories, against the dumbest recount there is.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <utility>

#include "events/views/digest_sum.h"
#include "events/views/view.h"
#include "tests/events/views/history.h"

namespace skein {
namespace {

class RandomHistory : public testing::TestWithParam<std::uint64_t> {
 protected:
  std::vector<Record> records(std::size_t count, std::size_t max_events = 8) const {
    History history{GetParam()};
    std::vector<Record> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(history.next(max_events));
    return out;
  }
};

std::string bytes_of(const Snapshot& snapshot) { return snapshot.SerializeAsString(); }

template <class List>
std::vector<std::string> ids_of(const List& list) {
  std::vector<std::string> out;
  for (const auto& state : list) out.push_back(state->id());
  return out;
}

TEST_P(RandomHistory, FoldingAllEqualsSnapshotAndTail) {
  const auto all = records(300);
  View whole;
  View resumed;
  SeededRng rng{GetParam() + 1};
  for (const Record& record : all) {
    whole.apply(record);
    resumed.apply(record);
    if (rng.below(20) == 0) {
      Snapshot carried;
      ASSERT_TRUE(carried.ParseFromString(bytes_of(resumed.to_snapshot())));
      resumed = View::from_snapshot(carried);
    }
    if (rng.below(7) == 0) {
      ASSERT_EQ(whole.state_digest(), resumed.state_digest()) << "at " << record.index();
    }
  }
  EXPECT_EQ(whole.state_digest(), resumed.state_digest());
  EXPECT_EQ(bytes_of(whole.to_snapshot()), bytes_of(resumed.to_snapshot()));
}

// The incremental digest against one computed from nothing but the snapshot's lists.
TEST_P(RandomHistory, DigestIsTheSumOverAllObjects) {
  View view;
  for (const Record& record : records(200)) {
    view.apply(record);
    if (record.index() % 17 != 0) continue;
    const Snapshot s = view.to_snapshot();
    DigestSum sum = DigestSum::of(DigestKind::cluster, s.cluster());
    for (const auto& x : s.nodes()) sum += DigestSum::of(DigestKind::node, x);
    for (const auto& x : s.services()) sum += DigestSum::of(DigestKind::service, x);
    for (const auto& x : s.specs()) sum += DigestSum::of(DigestKind::spec, x);
    for (const auto& x : s.tasks()) sum += DigestSum::of(DigestKind::task, x);
    for (const auto& x : s.networks()) sum += DigestSum::of(DigestKind::network, x);
    for (const auto& x : s.secrets()) sum += DigestSum::of(DigestKind::secret, x);
    for (const auto& x : s.configs()) sum += DigestSum::of(DigestKind::config, x);
    for (const auto& x : s.commands()) sum += DigestSum::of(DigestKind::command, x);
    ASSERT_EQ(sum.bytes(), view.state_digest()) << "at " << record.index();
  }
}

TEST_P(RandomHistory, IndexesAgreeWithARecount) {
  View view;
  for (const Record& record : records(250)) {
    view.apply(record);
    if (record.index() % 10 == 0) view.state_digest();  // packs what is settled
    std::map<std::string, std::vector<std::string>> by_service;
    std::map<std::string, std::vector<std::string>> by_node;
    std::map<std::pair<std::string, std::uint64_t>, std::vector<std::string>> by_slot;
    const auto tasks = view.tasks();
    ASSERT_TRUE(std::is_sorted(tasks.begin(), tasks.end(), [](auto& a, auto& b) { return a->id() < b->id(); }));
    ASSERT_EQ(tasks.size(), view.task_count());
    for (const TaskPtr& task : tasks) {
      by_service[task->service_id()].push_back(task->id());
      by_node[task->node_id()].push_back(task->id());
      by_slot[{task->service_id(), task->slot()}].push_back(task->id());
      ASSERT_EQ(view.task(task->id())->SerializeAsString(), task->SerializeAsString());
      const SpecPtr spec = view.spec_of(*task);
      ASSERT_NE(spec, nullptr);
      ASSERT_EQ(spec->version(), task->spec_version());
    }
    for (const auto& [id, ids] : by_service) ASSERT_EQ(ids_of(view.tasks_of_service(id)), ids);
    for (const auto& [id, ids] : by_node) ASSERT_EQ(ids_of(view.tasks_on_node(id)), ids);
    for (const auto& [key, ids] : by_slot) ASSERT_EQ(ids_of(view.tasks_in_slot(key.first, key.second)), ids);
    for (const NodePtr& node : view.nodes()) {
      if (!by_node.contains(node->id())) {
        ASSERT_TRUE(view.tasks_on_node(node->id()).empty());
      }
    }
    for (const ServicePtr& service : view.services()) {
      ASSERT_EQ(view.service_named(service->spec().name()), service);
      ASSERT_NE(view.spec(service->id(), service->spec_version()), nullptr);
      if (!by_service.contains(service->id())) {
        ASSERT_TRUE(view.tasks_of_service(service->id()).empty());
      }
    }
  }
}

TEST_P(RandomHistory, SpecsNobodyNamesAreGone) {
  View view;
  for (const Record& record : records(200)) {
    view.apply(record);
    const Snapshot snapshot = view.to_snapshot();
    for (const SpecVersion& spec : snapshot.specs()) {
      const ServicePtr service = view.service(spec.service_id());
      const bool by_service =
          service && (service->spec_version() == spec.version() || service->previous_spec_version() == spec.version());
      const bool by_task = std::any_of(snapshot.tasks().begin(), snapshot.tasks().end(), [&](const Task& task) {
        return task.service_id() == spec.service_id() && task.spec_version() == spec.version();
      });
      ASSERT_TRUE(by_service || by_task) << "at " << record.index();
    }
  }
}

TEST_P(RandomHistory, StatesHandedOutNeverChange) {
  View view;
  std::vector<std::pair<TaskPtr, std::string>> tasks;
  std::vector<std::pair<ServicePtr, std::string>> services;
  std::vector<std::pair<NodePtr, std::string>> nodes;
  for (const Record& record : records(150)) {
    for (const Change& change : view.apply(record)) {
      if (const auto* task = std::get_if<TaskPtr>(&change.state))
        tasks.emplace_back(*task, (*task)->SerializeAsString());
    }
    for (const auto& s : view.services()) services.emplace_back(s, s->SerializeAsString());
    for (const auto& n : view.nodes()) nodes.emplace_back(n, n->SerializeAsString());
    for (const auto& t : view.tasks()) tasks.emplace_back(t, t->SerializeAsString());
  }
  for (const auto& [state, before] : tasks) ASSERT_EQ(state->SerializeAsString(), before);
  for (const auto& [state, before] : services) ASSERT_EQ(state->SerializeAsString(), before);
  for (const auto& [state, before] : nodes) ASSERT_EQ(state->SerializeAsString(), before);
}

TEST_P(RandomHistory, ChangesNameEveryAggregateOnceWithItsStateAfterTheRecord) {
  View view;
  for (const Record& record : records(200, 20)) {
    const auto changes = view.apply(record);
    std::map<std::pair<Aggregate, std::string>, int> seen;
    for (const Change& change : changes) {
      ASSERT_EQ(++seen[std::make_pair(change.kind, change.id)], 1);
      ASSERT_FALSE(std::holds_alternative<std::monostate>(change.state));
      if (change.kind != Aggregate::task) continue;
      const TaskPtr now = view.task(change.id);
      ASSERT_EQ(now == nullptr, change.removed);
      if (now) {
        ASSERT_EQ(now->SerializeAsString(), std::get<TaskPtr>(change.state)->SerializeAsString());
      }
    }
    for (const Event& event : record.events()) {
      ASSERT_EQ(seen.count(std::make_pair(aggregate_of(event), event.id())), 1U);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomHistory, testing::Range<std::uint64_t>(1, 13));

}  // namespace
}  // namespace skein
