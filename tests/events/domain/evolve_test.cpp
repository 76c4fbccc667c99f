// evolve is total: every kind of event of an aggregate folds into any state, and a kind of another aggregate is a
// broken invariant. Kinds are read off the schema, so a new one without its fold fails here.
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <vector>

#include "events/domain/cluster.h"
#include "events/domain/config.h"
#include "events/domain/network.h"
#include "events/domain/node.h"
#include "events/domain/secret.h"
#include "events/domain/service.h"
#include "events/domain/task.h"

namespace skein {
namespace {

// Empty events of all kinds numbered in [first, end).
std::vector<Event> kinds(int first, int end) {
  std::vector<Event> events;
  const auto* body = Event::descriptor()->FindOneofByName("body");
  for (int i = 0; i < body->field_count(); ++i) {
    const auto* field = body->field(i);
    if (field->number() < first || field->number() >= end) continue;
    Event event = event_for("x");
    event.GetReflection()->MutableMessage(&event, field);
    events.push_back(event);
  }
  return events;
}

template <class State, class Evolve>
void expect_total(int first, int end, Evolve evolve) {
  const std::vector<Event> own = kinds(first, end);
  EXPECT_GE(own.size(), 2u);
  for (const Event& before : own) {
    for (const Event& event : own) {
      State state;
      evolve(state, before, {6, 60});
      evolve(state, event, {7, 70});
      EXPECT_EQ(state.revision(), 7u);
      EXPECT_EQ(state.updated_at_ns(), 70);
    }
  }
}

TEST(Evolve, FoldsEveryKindOfItsAggregateIntoAnyState) {
  expect_total<Cluster>(20, 40, cluster::evolve);
  expect_total<Node>(40, 60, node::evolve);
  expect_total<Service>(60, 80, service::evolve);
  expect_total<Task>(80, 100, task::evolve);
  expect_total<Network>(100, 120, network::evolve);
  expect_total<File>(120, 130, secret::evolve);
  expect_total<File>(130, 140, config::evolve);
}

TEST(EvolveDeathTest, StopsAtAnEventOfAnotherAggregate) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const Event foreign = kinds(10, 20).at(0);
  Cluster cluster;
  Task task;
  File file;
  EXPECT_DEATH(cluster::evolve(cluster, foreign, {1, 1}), "not an event of the cluster");
  EXPECT_DEATH(task::evolve(task, foreign, {1, 1}), "not an event of a task");
  EXPECT_DEATH(secret::evolve(file, kinds(130, 140).at(0), {1, 1}), "not an event of a secret");
}

}  // namespace
}  // namespace skein
