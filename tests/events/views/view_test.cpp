#include "events/views/view.h"

#include <gtest/gtest.h>

#include <utility>

#include "events/views/command_memory.h"

namespace skein {
namespace {

// A view and the record it expects next.
class ViewTest : public testing::Test {
 protected:
  Event& event(const std::string& id) {
    Event& added = *record_.add_events();
    added.set_id(id);
    return added;
  }
  std::vector<Change> commit(const std::string& command_id = "") {
    record_.set_index(view_.index().value() + 1);
    record_.set_term(1);
    record_.set_at_ns(5);
    record_.mutable_origin()->set_command_id(command_id);
    return view_.apply(std::exchange(record_, Record{}));
  }
  void add_node(const std::string& id, const std::string& hostname) {
    event(id).mutable_node_joined()->mutable_description()->set_hostname(hostname);
    commit();
  }
  void add_service(const std::string& id, const std::string& name) {
    event(id).mutable_service_created()->mutable_spec()->set_name(name);
    commit();
  }
  void update_service(const std::string& id, const std::string& name, const std::string& image) {
    ServiceSpec& spec = *event(id).mutable_service_updated()->mutable_spec();
    spec.set_name(name);
    spec.mutable_task()->mutable_container()->set_image(image);
  }
  void bear_task(const std::string& id, const std::string& service, std::uint64_t version, std::uint64_t slot = 1) {
    TaskCreated& created = *event(id).mutable_task_created();
    created.set_service_id(service);
    created.set_spec_version(version);
    created.set_slot(slot);
    created.set_desired(TASK_RUNNING);
    created.set_state(TASK_PENDING);
  }
  void observe(const std::string& id, TaskState state) {
    event(id).mutable_task_observed()->mutable_status()->set_state(state);
  }

  View view_;
  Record record_;
};

template <class T>
std::string refusal(const Result<T>& result) {
  return result ? "accepted" : result.refusal().text;
}

TEST_F(ViewTest, FindsByIdThenNameThenUniquePrefix) {
  add_service("abc1", "web");
  add_service("abd2", "abc1");  // named like the other one's id
  add_service("web9", "db");
  EXPECT_EQ((*view_.find_service("abc1"))->spec().name(), "web");
  EXPECT_EQ((*view_.find_service("web"))->id(), "abc1");
  EXPECT_EQ((*view_.find_service("we"))->id(), "web9");
  EXPECT_EQ(refusal(view_.find_service("ab")), "service ab is ambiguous (2 matches found)");
  EXPECT_EQ(view_.find_service("ab").refusal().code, Errc::invalid);
  EXPECT_EQ(refusal(view_.find_service("nope")), "service nope not found");
  EXPECT_EQ(view_.find_service("nope").refusal().code, Errc::not_found);
  EXPECT_EQ(refusal(view_.find_service("")), "service  not found");
}

TEST_F(ViewTest, RefusalsNameTheKindOfObject) {
  EXPECT_EQ(refusal(view_.find_node("nope")), "node nope not found");
  EXPECT_EQ(refusal(view_.find_task("nope")), "task nope not found");
  EXPECT_EQ(refusal(view_.find_network("nope")), "network nope not found");
  EXPECT_EQ(refusal(view_.find_secret("nope")), "secret nope not found");
  EXPECT_EQ(refusal(view_.find_config("nope")), "config nope not found");
}

TEST_F(ViewTest, NodesAreFoundByHostnameWhichMayBeAmbiguous) {
  add_node("n1", "alpha");
  add_node("n2", "beta");
  add_node("n3", "beta");
  EXPECT_EQ((*view_.find_node("alpha"))->id(), "n1");
  EXPECT_EQ(refusal(view_.find_node("beta")), "node beta is ambiguous (2 matches found)");
  EXPECT_EQ((*view_.find_node("n2"))->id(), "n2");
  EXPECT_EQ(refusal(view_.find_node("n")), "node n is ambiguous (3 matches found)");
}

TEST_F(ViewTest, TasksAreFoundByTheirFullNameAndByPrefix) {
  add_service("s1", "web");
  bear_task("taskabcdefgh1", "s1", 1, 3);
  bear_task("taskabcdefgh2", "s1", 1, 4);
  commit();
  EXPECT_EQ((*view_.find_task("web.3.taskabcdefgh1"))->id(), "taskabcdefgh1");
  EXPECT_EQ(refusal(view_.find_task("web.4.taskabcdefgh1")), "task web.4.taskabcdefgh1 not found");
  EXPECT_EQ(refusal(view_.find_task("task")), "task task is ambiguous (2 matches found)");
  EXPECT_EQ(refusal(view_.find_task("taskabcdefgh")), "task taskabcdefgh is ambiguous (2 matches found)");
  EXPECT_EQ((*view_.find_task("taskabcdefgh2"))->slot(), 4U);
}

TEST_F(ViewTest, TaskBornTogetherWithItsSpecHasTheRecordsVersion) {
  bear_task("t1", "s1", 0);  // stands before the service in the record, and yet finds it
  event("s1").mutable_service_created()->mutable_spec()->set_name("web");
  const auto changes = commit();
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].kind, Aggregate::service);
  EXPECT_EQ(changes[1].kind, Aggregate::task);
  EXPECT_EQ(view_.task("t1")->spec_version(), 1U);
  EXPECT_EQ(view_.spec_of(*view_.task("t1"))->spec().name(), "web");
}

TEST_F(ViewTest, SpecLivesAsLongAsServiceOrTaskNamesIt) {
  add_service("s1", "web");  // 1
  bear_task("t1", "s1", 1);
  commit();  // 2
  update_service("s1", "web", "a");
  commit();  // 3
  update_service("s1", "web", "b");
  commit();  // 4
  EXPECT_NE(view_.spec("s1", 1), nullptr) << "t1 was born with it";
  EXPECT_NE(view_.spec("s1", 3), nullptr) << "the previous one";
  EXPECT_EQ(view_.spec("s1", 4)->spec().task().container().image(), "b");
  event("s1").mutable_service_removed();
  commit();
  EXPECT_NE(view_.spec("s1", 1), nullptr);
  EXPECT_EQ(view_.spec("s1", 3), nullptr);
  EXPECT_EQ(view_.spec("s1", 4), nullptr);
  event("t1").mutable_task_reaped();
  commit();
  EXPECT_EQ(view_.spec("s1", 1), nullptr);
}

TEST_F(ViewTest, SpecShowsTheEndpointOfItsVersion) {
  event("s1").mutable_service_created()->mutable_endpoint()->add_ports()->set_published_port(30'000);
  commit();
  update_service("s1", "", "a");
  record_.mutable_events(0)->mutable_service_updated()->mutable_endpoint()->add_ports()->set_published_port(8'080);
  commit();
  EXPECT_EQ(view_.spec("s1", 1)->endpoint().ports(0).published_port(), 30'000U);
  EXPECT_EQ(view_.spec("s1", 2)->endpoint().ports(0).published_port(), 8'080U);
}

TEST_F(ViewTest, ChangesAreGroupedByAggregate) {
  add_service("s1", "web");
  bear_task("t1", "s1", 1);
  bear_task("t2", "s1", 1);
  commit();
  event("t1").mutable_task_assigned()->set_node_id("n1");
  event("t2").mutable_task_reaped();
  observe("t1", TASK_RUNNING);
  const auto changes = commit();
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].id, "t1");
  EXPECT_EQ(std::get<TaskPtr>(changes[0].state)->status().state(), TASK_RUNNING);
  EXPECT_EQ(std::get<TaskPtr>(changes[0].state)->node_id(), "n1");
  EXPECT_TRUE(changes[1].removed);
  EXPECT_EQ(std::get<TaskPtr>(changes[1].state)->id(), "t2");
  EXPECT_EQ(view_.tasks_on_node("n1").size(), 1U);
  EXPECT_TRUE(view_.tasks_on_node("").empty());
}

TEST_F(ViewTest, EventsOfWhatIsGoneChangeNothing) {
  add_service("s1", "web");
  const std::string before = view_.state_digest();
  observe("t1", TASK_RUNNING);
  event("n1").mutable_node_removed();
  event("").mutable_term_started()->set_leader("n1");
  EXPECT_TRUE(commit().empty());
  EXPECT_EQ(view_.state_digest(), before);
  EXPECT_EQ(view_.index(), LogIndex{2});
}

TEST_F(ViewTest, NameIsFreeAgainAfterRemoval) {
  add_service("s1", "web");
  event("s1").mutable_service_removed();
  commit();
  EXPECT_EQ(view_.service_named("web"), nullptr);
  add_service("s2", "web");
  EXPECT_EQ(view_.service_named("web")->id(), "s2");
}

TEST_F(ViewTest, RemembersTheFirstOutcomeOfACommand) {
  event("s1").mutable_service_created();
  commit("c1");
  event("s2").mutable_service_created();
  commit("c1");
  ASSERT_NE(view_.remembered("c1"), nullptr);
  EXPECT_EQ(view_.remembered("c1")->object_id(), "s1");
  EXPECT_EQ(view_.remembered("c1")->index(), 1U);
  EXPECT_EQ(view_.remembered("c2"), nullptr);
}

TEST_F(ViewTest, ForgetsTheOldestCommandFirst) {
  for (std::size_t i = 0; i <= CommandMemory::kRemembered; ++i) commit("c" + std::to_string(i));
  EXPECT_EQ(view_.remembered("c0"), nullptr);
  EXPECT_NE(view_.remembered("c1"), nullptr);
  const View resumed = View::from_snapshot(view_.to_snapshot());
  EXPECT_EQ(resumed.remembered("c0"), nullptr);
  EXPECT_EQ(resumed.remembered("c1")->index(), 2U);
}

TEST_F(ViewTest, DigestTellsStatesApartAndComesBackWithTheState) {
  const std::string empty = view_.state_digest();
  EXPECT_EQ(empty.size(), 32U);
  add_node("n1", "alpha");
  const std::string one = view_.state_digest();
  EXPECT_NE(one, empty);
  add_node("n2", "beta");
  EXPECT_NE(view_.state_digest(), one);
  event("n2").mutable_node_removed();
  commit();
  EXPECT_EQ(view_.state_digest(), one);
}

TEST_F(ViewTest, ATaskChangesWhileOthersHoldItPackedOrNot) {
  add_service("s1", "web");
  bear_task("t1", "s1", 1);
  commit();
  const TaskPtr pending = view_.task("t1");
  observe("t1", TASK_RUNNING);
  commit();
  view_.state_digest();  // packs t1: it is as far as it should be
  const TaskPtr running = view_.task("t1");
  observe("t1", TASK_FAILED);
  commit();
  EXPECT_EQ(pending->status().state(), TASK_PENDING);
  EXPECT_EQ(running->status().state(), TASK_RUNNING);
  EXPECT_EQ(view_.task("t1")->status().state(), TASK_FAILED);
}

TEST_F(ViewTest, IgnorableEventsOfUnknownKindAreSkipped) {
  event("x").set_ignorable(true);
  EXPECT_TRUE(commit().empty());
}

using ViewDeathTest = ViewTest;

TEST_F(ViewDeathTest, StopsAtAGapInTheLog) {
  record_.set_index(2);
  EXPECT_DEATH(view_.apply(record_), "one after the other");
}

TEST_F(ViewDeathTest, StopsAtAnUnknownKindOfEvent) {
  event("x");
  EXPECT_DEATH(commit(), "does not know");
}

TEST_F(ViewDeathTest, StopsAtATaskWithoutItsSpec) {
  add_service("s1", "web");
  bear_task("t1", "s1", 7);
  EXPECT_DEATH(commit(), "spec that is not there");
}

TEST_F(ViewDeathTest, RefusesASnapshotThatIsNotWhatItsDigestSays) {
  add_node("n1", "alpha");
  Snapshot snapshot = view_.to_snapshot();
  snapshot.mutable_nodes(0)->mutable_description()->set_hostname("beta");
  EXPECT_DEATH(View::from_snapshot(snapshot), "digest");
}

}  // namespace
}  // namespace skein
