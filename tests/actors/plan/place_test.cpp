#include "actors/plan/place.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace skein::plan {
namespace {

constexpr WallTime kNow{1'000'000'000'000'000};

class PlaceTest : public testing::Test {
 protected:
  Node node(const std::string& id) {
    Node node;
    node.set_id(id);
    node.mutable_status()->set_state(NodeStatus::READY);
    node.mutable_description()->mutable_resources()->set_nano_cpus(4'000'000'000);
    node.mutable_description()->mutable_resources()->set_memory_bytes(1'000);
    return node;
  }
  void know(const Node& node) { placer_.upsert_node(std::make_shared<const Node>(node)); }
  void know(std::initializer_list<const char*> ids) {
    for (const char* id : ids) know(node(id));
  }
  // A spec to change before the first task is made with it.
  SpecVersion& spec(const std::string& service, std::uint64_t version = 1) {
    auto& slot = specs_[{service, version}];
    if (!slot) slot = std::make_shared<SpecVersion>();
    slot->set_service_id(service);
    slot->set_version(version);
    return *slot;
  }
  SpecPtr spec_ptr(const std::string& service, std::uint64_t version = 1) {
    spec(service, version);
    return specs_[{service, version}];
  }
  Task task(const std::string& service, std::uint64_t version = 1) {
    Task task;
    task.set_id("task" + std::to_string(++tasks_));
    task.set_service_id(service);
    task.set_spec_version(version);
    task.set_desired(TASK_RUNNING);
    task.mutable_status()->set_state(TASK_PENDING);
    return task;
  }
  WaitingTask waiting(const Task& task) {
    return {std::make_shared<const Task>(task), spec_ptr(task.service_id(), task.spec_version())};
  }
  // Places `count` new tasks and says "node node ...", then the reasons of the rest in brackets.
  std::string place(const std::string& service, int count = 1) {
    std::vector<WaitingTask> batch;
    for (int i = 0; i < count; ++i) batch.push_back(waiting(task(service)));
    return place(batch);
  }
  std::string place(const std::vector<WaitingTask>& batch) {
    std::string out;
    const Placements placements = placer_.place(batch, now_);
    for (const Placed& placed : placements.placed) out += (out.empty() ? "" : " ") + placed.node_id;
    for (const HeldBack& held : placements.held_back) out += (out.empty() ? "[" : " [") + held.reason + "]";
    last_ = placements;
    return out;
  }
  // A task that runs on a node already.
  Task running(const std::string& service, const std::string& node_id, std::uint64_t version = 1) {
    Task t = task(service, version);
    t.set_node_id(node_id);
    t.mutable_status()->set_state(TASK_RUNNING);
    placer_.task_is(t, spec_ptr(service, version));
    return t;
  }
  void fails(Task& t, WallTime at) {
    t.mutable_status()->set_state(TASK_FAILED);
    t.set_updated_at_ns(at.ns);
    placer_.task_is(t, spec_ptr(t.service_id(), t.spec_version()));
  }

  Placer placer_;
  Placements last_;
  WallTime now_ = kNow;
  std::map<std::pair<std::string, std::uint64_t>, std::shared_ptr<SpecVersion>> specs_;
  int tasks_ = 0;
};

TEST_F(PlaceTest, SpreadsAServiceBeforeItEvensOutTheTotal) {
  know({"n1", "n2", "n3"});
  running("other", "n1");
  running("other", "n1");
  running("web", "n2");
  EXPECT_EQ(place("web", 4), "n3 n1 n2 n3");
}

TEST_F(PlaceTest, TiesGoToTheSmallerNodeId) {
  know({"n3", "n1", "n2"});
  EXPECT_EQ(place("web", 3), "n1 n2 n3");
}

TEST_F(PlaceTest, TasksOfOneBatchAndOfTheNextCountEachOther) {
  know({"n1", "n2"});
  EXPECT_EQ(place("a"), "n1");
  EXPECT_EQ(place("b"), "n2");
  EXPECT_EQ(place("a"), "n2");
}

TEST_F(PlaceTest, ReasonsAreSwarmsWithMostNodesFirst) {
  know({"n1", "n2"});
  Node labelled = node("n3");
  labelled.mutable_description()->mutable_resources()->set_memory_bytes(5'000);
  know(labelled);
  ServiceSpec& big = *spec("web").mutable_spec();
  big.mutable_task()->mutable_resources()->mutable_reservations()->set_memory_bytes(2'000);
  big.mutable_task()->mutable_placement()->add_constraints("node.labels.x==y");
  EXPECT_EQ(place("web"),
            "[no suitable node (insufficient resources on 2 nodes; scheduling constraints not satisfied on 1 node)]");
}

TEST_F(PlaceTest, ReasonForNodesThatTakeNothing) {
  Node down = node("n1");
  down.mutable_status()->set_state(NodeStatus::DOWN);
  know(down);
  EXPECT_EQ(place("web"), "[no suitable node (1 node not available for new tasks)]");
  Node drained = node("n2");
  drained.mutable_spec()->set_availability(NodeSpec::DRAIN);
  know(drained);
  Node paused = node("n3");
  paused.mutable_spec()->set_availability(NodeSpec::PAUSE);
  know(paused);
  EXPECT_EQ(place("web"), "[no suitable node (3 nodes not available for new tasks)]");
}

TEST_F(PlaceTest, NoNodesNoExplanation) { EXPECT_EQ(place("web"), "[no suitable node]"); }

TEST_F(PlaceTest, ReservationsRunOutWithinABatch) {
  know({"n1", "n2"});
  spec("web").mutable_spec()->mutable_task()->mutable_resources()->mutable_reservations()->set_nano_cpus(3'000'000'000);
  EXPECT_EQ(place("web", 3), "n1 n2 [no suitable node (insufficient resources on 2 nodes)]");
}

TEST_F(PlaceTest, LimitsDoNotCount) {
  know({"n1"});
  spec("web").mutable_spec()->mutable_task()->mutable_resources()->mutable_limits()->set_memory_bytes(9'000'000);
  EXPECT_EQ(place("web"), "n1");
}

TEST_F(PlaceTest, EndedTasksGiveTheirReservationsBack) {
  know({"n1"});
  spec("web").mutable_spec()->mutable_task()->mutable_resources()->mutable_reservations()->set_memory_bytes(1'000);
  Task t = running("web", "n1");
  EXPECT_EQ(place("web"), "[no suitable node (insufficient resources on 1 node)]");
  t.set_desired(TASK_SHUTDOWN);  // asked to stop is not stopped
  placer_.task_is(t, spec_ptr("web"));
  EXPECT_EQ(place("web"), "[no suitable node (insufficient resources on 1 node)]");
  t.mutable_status()->set_state(TASK_SHUTDOWN);
  placer_.task_is(t, spec_ptr("web"));
  EXPECT_EQ(place("web"), "n1");
}

TEST_F(PlaceTest, HostPortsAreTakenOnce) {
  know({"n1", "n2"});
  PortConfig& port = *spec("web").mutable_endpoint()->add_ports();
  port.set_publish_mode(PortConfig::HOST);
  port.set_published_port(80);
  EXPECT_EQ(place("web", 3), "n1 n2 [no suitable node (host-mode port already in use on 2 nodes)]");
  *spec("udp").mutable_endpoint()->add_ports() = port;
  spec("udp").mutable_endpoint()->mutable_ports(0)->set_protocol(PortConfig::UDP);
  EXPECT_EQ(place("udp"), "n1");
}

TEST_F(PlaceTest, IngressPortsAndUnsetPortsAreNobodysOnANode) {
  know({"n1"});
  spec("web").mutable_endpoint()->add_ports()->set_published_port(80);
  spec("web").mutable_endpoint()->add_ports()->set_publish_mode(PortConfig::HOST);
  EXPECT_EQ(place("web", 2), "n1 n1");
}

TEST_F(PlaceTest, MaxReplicasPerNode) {
  know({"n1", "n2"});
  spec("web").mutable_spec()->mutable_task()->mutable_placement()->set_max_replicas(1);
  EXPECT_EQ(place("web", 3), "n1 n2 [no suitable node (max replicas per node limit exceed)]");
}

TEST_F(PlaceTest, PlatformsMatchWithSynonymsAndEmptyHalves) {
  Node arm = node("n1");
  arm.mutable_description()->mutable_platform()->set_architecture("aarch64");
  arm.mutable_description()->mutable_platform()->set_os("linux");
  know(arm);
  auto platform = [&](const std::string& service, const char* arch, const char* os) {
    Platform& p = *spec(service).mutable_spec()->mutable_task()->mutable_placement()->add_platforms();
    p.set_architecture(arch);
    p.set_os(os);
  };
  platform("arm", "arm64", "linux");
  platform("anyarch", "", "linux");
  platform("anyos", "arm64", "");
  platform("amd", "amd64", "linux");
  platform("windows", "", "windows");
  EXPECT_EQ(place("arm"), "n1");
  EXPECT_EQ(place("anyarch"), "n1");
  EXPECT_EQ(place("anyos"), "n1");
  EXPECT_EQ(place("amd"), "[no suitable node (unsupported platform on 1 node)]");
  EXPECT_EQ(place("windows"), "[no suitable node (unsupported platform on 1 node)]");
  platform("amd", "aarch64", "linux");
  EXPECT_EQ(place("amd"), "n1");
}

TEST_F(PlaceTest, PluginsMustBeThereUnlessBuiltIn) {
  know({"n1"});
  auto mount = [&](const std::string& service, const char* driver) {
    Mount& m = *spec(service).mutable_spec()->mutable_task()->mutable_container()->add_mounts();
    m.set_type(Mount::VOLUME);
    m.set_volume_driver(driver);
  };
  mount("local", "local");
  mount("nfs", "nfs");
  Network network;
  network.set_id("net1");
  network.mutable_spec()->set_driver("macvlan");
  placer_.upsert_network(network);
  spec("vlan").mutable_spec()->mutable_task()->add_networks()->set_target("net1");
  spec("logs").mutable_spec()->mutable_task()->mutable_log_driver()->set_name("syslog");
  EXPECT_EQ(place("local"), "n1");
  EXPECT_EQ(place("nfs"), "[no suitable node (missing plugin on 1 node)]");
  EXPECT_EQ(place("vlan"), "[no suitable node (missing plugin on 1 node)]");
  EXPECT_EQ(place("logs"), "n1") << "the node reports no log plugins at all";
  Node with = node("n1");
  for (const auto& [type, name] : {std::pair{"Volume", "nfs"}, {"Network", "macvlan"}, {"Log", "json-file"}}) {
    Plugin& p = *with.mutable_description()->add_plugins();
    p.set_type(type);
    p.set_name(name);
  }
  know(with);
  EXPECT_EQ(place("nfs"), "n1");
  EXPECT_EQ(place("vlan"), "n1");
  EXPECT_EQ(place("logs"), "[no suitable node (missing plugin on 1 node)]");
}

TEST_F(PlaceTest, GenericResourcesAreHandedOutAndComeBack) {
  Node gpus = node("n1");
  for (const char* name : {"gpu2", "gpu1"}) {
    GenericResource& item = *gpus.mutable_description()->mutable_resources()->add_generic();
    item.set_kind("gpu");
    item.set_name(name);
    item.set_count(1);
  }
  GenericResource& bananas = *gpus.mutable_description()->mutable_resources()->add_generic();
  bananas.set_kind("banana");
  bananas.set_count(3);
  know(gpus);
  auto reserve = [&](const std::string& service, const char* kind, std::int64_t count) {
    GenericResource& item =
        *spec(service).mutable_spec()->mutable_task()->mutable_resources()->mutable_reservations()->add_generic();
    item.set_kind(kind);
    item.set_count(count);
  };
  reserve("learn", "gpu", 1);
  reserve("eat", "banana", 2);
  EXPECT_EQ(place("learn"), "n1");
  EXPECT_EQ(last_.placed[0].generic.at(0).name(), "gpu1");
  const std::string first = last_.placed[0].task_id;
  EXPECT_EQ(place("learn"), "n1");
  EXPECT_EQ(last_.placed[0].generic.at(0).name(), "gpu2");
  EXPECT_EQ(place("learn"), "[no suitable node (insufficient resources on 1 node)]");
  placer_.withdraw(first);
  EXPECT_EQ(place("learn"), "n1");
  EXPECT_EQ(last_.placed[0].generic.at(0).name(), "gpu1");
  EXPECT_EQ(place("eat"), "n1");
  EXPECT_EQ(last_.placed[0].generic.at(0).count(), 2);
  EXPECT_EQ(place("eat"), "[no suitable node (insufficient resources on 1 node)]");
}

TEST_F(PlaceTest, NodesThatFailOftenComeLast) {
  know({"n1", "n2"});
  running("web", "n2");
  for (int i = 0; i < 5; ++i) {
    Task t = running("web", "n1");
    fails(t, kNow);
  }
  EXPECT_EQ(place("web", 2), "n2 n2") << "five failures weigh more than any number of tasks";
  now_.ns += ServiceLoad::kFailureWindowNs;
  EXPECT_EQ(place("web"), "n1") << "they are forgotten after five minutes";
}

TEST_F(PlaceTest, FourFailuresOrThoseOfAnotherVersionDoNotMatter) {
  know({"n1", "n2"});
  for (int i = 0; i < 4; ++i) {
    Task t = running("web", "n1");
    fails(t, kNow);
  }
  for (int i = 0; i < 5; ++i) {
    Task t = running("web", "n1", 2);
    fails(t, kNow);
  }
  EXPECT_EQ(place("web"), "n1");
  EXPECT_EQ(place({waiting(task("web", 2))}), "n2");
}

TEST_F(PlaceTest, AFailureCountsOnceHoweverOftenItIsTold) {
  know({"n1", "n2"});
  Task t = running("web", "n1");
  for (int i = 0; i < 10; ++i) fails(t, kNow);
  EXPECT_EQ(place("web"), "n1");
}

TEST_F(PlaceTest, SpreadPreferencesEvenOutTheBranches) {
  for (const auto& [id, rack] : {std::pair{"n1", "a"}, {"n2", "a"}, {"n3", "a"}, {"n4", "b"}, {"n5", ""}}) {
    Node n = node(id);
    if (*rack != '\0') {
      Label& label = *n.mutable_spec()->add_labels();
      label.set_key("rack");
      label.set_value(rack);
    }
    know(n);
  }
  spec("web").mutable_spec()->mutable_task()->mutable_placement()->add_spread("node.labels.rack");
  place("web", 9);
  std::map<std::string, int> per_node;
  for (const Placed& placed : last_.placed) ++per_node[placed.node_id];
  EXPECT_EQ(per_node, (std::map<std::string, int>{{"n1", 1}, {"n2", 1}, {"n3", 1}, {"n4", 3}, {"n5", 3}}));
}

TEST_F(PlaceTest, FullBranchesLeaveTheRestToTheOthers) {
  for (const auto& [id, rack] : {std::pair{"n1", "a"}, {"n2", "b"}, {"n3", "b"}}) {
    Node n = node(id);
    Label& label = *n.mutable_spec()->add_labels();
    label.set_key("rack");
    label.set_value(rack);
    know(n);
  }
  Placement& placement = *spec("web").mutable_spec()->mutable_task()->mutable_placement();
  placement.add_spread("node.labels.rack");
  placement.set_max_replicas(2);
  EXPECT_EQ(place("web", 7), "n1 n2 n1 n3 n2 n3 [no suitable node (max replicas per node limit exceed)]");
}

TEST_F(PlaceTest, PresetNodesAreOnlyConfirmed) {
  know({"n1", "n2"});
  spec("agent").mutable_spec()->mutable_task()->mutable_resources()->mutable_reservations()->set_memory_bytes(600);
  Task first = task("agent");
  first.set_node_id("n2");
  Task second = task("agent");
  second.set_node_id("n2");
  EXPECT_EQ(place({waiting(first), waiting(second)}), "n2 [insufficient resources on 1 node]");
  Task lost = task("agent");
  lost.set_node_id("gone");
  EXPECT_EQ(place({waiting(lost)}), "[1 node not available for new tasks]");
}

TEST_F(PlaceTest, PresetTasksGoFirst) {
  know({"n1"});
  spec("web").mutable_spec()->mutable_task()->mutable_resources()->mutable_reservations()->set_memory_bytes(600);
  Task preset = task("web");
  preset.set_node_id("n1");
  EXPECT_EQ(place({waiting(task("web")), waiting(preset)}), "n1 [no suitable node (insufficient resources on 1 node)]");
  EXPECT_EQ(last_.placed[0].task_id, preset.id());
}

TEST_F(PlaceTest, ClaimsLastUntilTheTaskIsSeenAssignedOrWithdrawn) {
  know({"n1"});
  spec("web").mutable_spec()->mutable_task()->mutable_resources()->mutable_reservations()->set_memory_bytes(1'000);
  Task t = task("web");
  EXPECT_EQ(place({waiting(t)}), "n1");
  EXPECT_EQ(place({waiting(t)}), "") << "under way: passed over";
  placer_.task_is(t, spec_ptr("web"));  // still pending in the log
  EXPECT_EQ(place("web"), "[no suitable node (insufficient resources on 1 node)]");
  t.set_node_id("n1");
  t.mutable_status()->set_state(TASK_ASSIGNED);
  placer_.task_is(t, spec_ptr("web"));
  placer_.withdraw(t.id());  // too late: it is assigned
  EXPECT_EQ(place("web"), "[no suitable node (insufficient resources on 1 node)]");
  placer_.task_gone(t.id());
  EXPECT_EQ(place("web"), "n1");
}

TEST_F(PlaceTest, AClaimEndsWithItsTask) {
  know({"n1"});
  spec("web").mutable_spec()->mutable_task()->mutable_resources()->mutable_reservations()->set_memory_bytes(1'000);
  Task t = task("web");
  EXPECT_EQ(place({waiting(t)}), "n1");
  t.mutable_status()->set_state(TASK_SHUTDOWN);
  placer_.task_is(t, spec_ptr("web"));
  EXPECT_EQ(place("web"), "n1");
}

TEST_F(PlaceTest, TasksMayBeKnownBeforeTheirNode) {
  running("web", "n1");
  know({"n1", "n2"});
  EXPECT_EQ(place("web", 2), "n2 n1");
}

TEST_F(PlaceTest, ANodeThatLeftComesBackEmptyHanded) {
  know({"n1", "n2"});
  placer_.remove_node("n1");
  EXPECT_EQ(place("web", 2), "n2 n2");
  know({"n1"});
  EXPECT_EQ(place("web"), "n1");
}

TEST_F(PlaceTest, CheckNodeSaysTheFirstReasonOnly) {
  know({"n1"});
  spec("web").mutable_spec()->mutable_task()->mutable_resources()->mutable_reservations()->set_memory_bytes(2'000);
  spec("web").mutable_spec()->mutable_task()->mutable_placement()->add_constraints("node.role==manager");
  EXPECT_EQ(placer_.check_node(spec("web"), "n1"), "insufficient resources on 1 node");
  EXPECT_EQ(placer_.check_node(spec("web"), "n2"), "1 node not available for new tasks");
  EXPECT_EQ(placer_.check_node(spec("other"), "n1"), std::nullopt);
}

}  // namespace
}  // namespace skein::plan
