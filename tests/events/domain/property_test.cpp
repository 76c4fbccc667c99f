// Random histories through decide and evolve: what must hold after every step. A failure prints its seed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "events/domain/ip_prefix.h"
#include "events/domain/network.h"
#include "events/domain/service.h"
#include "events/domain/service_dirty.h"
#include "events/domain/task.h"
#include "events/domain/task_state.h"

namespace skein {
namespace {

constexpr int kSeeds = 300;
constexpr int kSteps = 40;

template <class T, std::size_t N>
T any_of(const std::array<T, N>& choices, Rng& rng) {
  return choices[rng.below(N)];
}

// ---- tasks -------------------------------------------------------------------------------------------------------

constexpr std::array kReports = {TASK_ASSIGNED, TASK_ACCEPTED, TASK_PREPARING, TASK_READY,
                                 TASK_STARTING, TASK_RUNNING,  TASK_COMPLETE,  TASK_SHUTDOWN,
                                 TASK_FAILED,   TASK_REJECTED, TASK_ORPHANED};
constexpr std::array kWishes = {TASK_READY, TASK_RUNNING, TASK_COMPLETE, TASK_SHUTDOWN, TASK_REMOVE};

Task newborn(Rng& rng) {
  task::TaskBirth birth;
  birth.set_service_id("s");
  birth.set_state(rng.below(2) == 0 ? TASK_NEW : TASK_PENDING);
  birth.set_desired(any_of(std::array{TASK_READY, TASK_RUNNING, TASK_COMPLETE}, rng));
  if (rng.below(3) == 0) birth.set_node_id("n1");
  Task state;
  task::evolve(state, task::created(TaskId{"t"}, birth), {1, 1});
  return state;
}

TaskStatus any_report(Rng& rng, std::int64_t at) {
  TaskStatus report;
  report.set_state(any_of(kReports, rng));
  report.set_at_ns(at);
  report.set_exit_code(static_cast<std::int32_t>(rng.below(2)));
  return report;
}

Result<Decision> any_step(const Task& state, Rng& rng, std::int64_t at) {
  switch (rng.below(7)) {
    case 0:
      return task::admit(state);
    case 1:
      return task::assign(state, NodeId{rng.below(2) == 0 ? "n1" : "n2"}, {}, {});
    case 2:
      return task::hold_back(state, rng.below(2) == 0 ? "no suitable node" : "");
    case 3:
      return task::desire(state, any_of(kWishes, rng));
    case 4:
      return rng.below(8) == 0 ? task::orphan(state, "gone", DecideContext{WallTime{at}, rng}) : Decision{};
    default:
      return task::observe(state, any_report(rng, at));
  }
}

void expect_only_grew(const Task& before, const Task& after) {
  EXPECT_GE(after.desired(), before.desired());
  EXPECT_GE(after.status().state(), before.status().state());
  if (is_terminal(before.status().state())) {
    EXPECT_EQ(after.status().state(), before.status().state());
  }
  if (!before.node_id().empty()) {
    EXPECT_EQ(after.node_id(), before.node_id());
  }
  EXPECT_EQ(after.spec_version(), before.spec_version());
}

void expect_sound(const Task& state) {
  const bool has_end_or_node = is_terminal(state.status().state()) || !state.node_id().empty();
  if (state.status().state() >= TASK_ASSIGNED) {
    EXPECT_TRUE(has_end_or_node);
  }
  // A task that is to stop has ended or is on a node that will say so.
  if (!is_runnable_desired(state.desired())) {
    EXPECT_GE(state.status().state(), TASK_ASSIGNED);
  }
  EXPECT_EQ(static_cast<bool>(task::reap(state)), !may_hold_resources(state));
}

TEST(TaskProperty, ObservedAndDesiredStateOnlyGrow) {
  for (int seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    SeededRng rng{static_cast<std::uint64_t>(seed)};
    Task state = newborn(rng);
    for (int step = 2; step < kSteps; ++step) {
      const Task before = state;
      const auto decided = any_step(state, rng, step);
      if (!decided) continue;
      for (const Event& event : decided->events) task::evolve(state, event, {static_cast<std::uint64_t>(step), step});
      expect_only_grew(before, state);
      expect_sound(state);
    }
  }
}

TEST(TaskProperty, DecidingTheSameAgainSaysNothing) {
  for (int seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    SeededRng rng{static_cast<std::uint64_t>(seed)};
    Task state = newborn(rng);
    const TaskState wish = any_of(kWishes, rng);
    for (int pass = 0; pass < 2; ++pass) {
      const auto decided = task::desire(state, wish);
      ASSERT_TRUE(decided);
      if (pass == 1) {
        EXPECT_TRUE(decided->empty());
      }
      for (const Event& event : decided->events) task::evolve(state, event, {9, 9});
    }
  }
}

// ---- services ----------------------------------------------------------------------------------------------------

ServiceSpec any_spec(Rng& rng) {
  ServiceSpec spec;
  spec.set_name("web");
  spec.mutable_task()->mutable_container()->set_image(rng.below(2) == 0 ? "bb:1" : "bb:2");
  spec.mutable_replicated()->set_replicas(rng.below(3));
  if (rng.below(4) == 0) spec.mutable_endpoint()->add_ports()->set_target_port(80);
  return spec;
}

Result<Decision> any_change(const Service& state, const DecideContext& context) {
  Rng& rng = context.rng;
  if (rng.below(5) == 0) return service::roll_back_automatically(state, Endpoint{}, "failed", context);
  UpdateService update;
  update.set_expected_revision(state.revision());
  update.set_rollback(rng.below(3) == 0);
  *update.mutable_spec() = any_spec(rng);
  if (rng.below(3) == 0) update.set_registry_auth("auth");
  if (rng.below(4) == 0) update.set_auth_from(UpdateService::PREVIOUS_SPEC);
  return service::decide(state, update, Endpoint{}, context);
}

// Payloads that were detached and not erased yet.
void follow(std::vector<std::string>& kept, const Decision& decision) {
  for (const Payload& payload : decision.payloads) kept.push_back(payload.digest());
  for (const Event& event : decision.events) {
    if (!event.has_payload_erased()) continue;
    const auto at = std::find(kept.begin(), kept.end(), event.payload_erased().payload());
    ASSERT_NE(at, kept.end()) << "erased twice, or never there";
    kept.erase(at);
  }
}

std::vector<std::string> named(const Service& state) {
  std::vector<std::string> digests;
  for (const ServiceSpec* spec : {&state.spec(), &state.previous_spec()}) {
    const std::string& digest = spec->task().container().pull().auth_payload();
    if (!digest.empty() && std::find(digests.begin(), digests.end(), digest) == digests.end())
      digests.push_back(digest);
  }
  return digests;
}

void fold(Service& state, const Decision& decision, std::uint64_t index) {
  for (const Event& event : decision.events)
    if (event.id() == state.id()) service::evolve(state, event, {index, static_cast<std::int64_t>(index)});
}

TEST(ServiceProperty, CredentialsLiveExactlyAsLongAsASpecNamesThem) {
  for (int seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    SeededRng rng{static_cast<std::uint64_t>(seed)};
    const DecideContext context{WallTime{1}, rng};
    Service state;
    state.set_id("s");
    std::vector<std::string> kept;
    CreateService create;
    *create.mutable_spec() = any_spec(rng);
    create.set_registry_auth("auth");
    auto decided = service::decide(state, create, Endpoint{}, context);
    for (std::uint64_t index = 1; index < kSteps; ++index) {
      if (decided) follow(kept, *decided);
      if (decided) fold(state, *decided, index);
      EXPECT_THAT(named(state), testing::UnorderedElementsAreArray(kept));
      decided = any_change(state, context);
    }
    decided = service::decide(state, RemoveService{}, context);
    ASSERT_TRUE(decided);
    follow(kept, *decided);
    EXPECT_TRUE(kept.empty());
  }
}

TEST(ServiceProperty, VersionsAreTheIndexOfTheRecordThatSetTheSpec) {
  for (int seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    SeededRng rng{static_cast<std::uint64_t>(seed)};
    const DecideContext context{WallTime{1}, rng};
    Service state;
    state.set_id("s");
    CreateService create;
    *create.mutable_spec() = any_spec(rng);
    auto decided = service::decide(state, create, Endpoint{}, context);
    for (std::uint64_t index = 1; index < kSteps; ++index) {
      if (decided) {
        fold(state, *decided, index);
        EXPECT_EQ(state.spec_version(), index);
        EXPECT_LT(state.previous_spec_version(), index);
        EXPECT_EQ(state.has_previous_spec(), state.previous_spec_version() != 0);
      }
      decided = any_change(state, context);
    }
  }
}

TEST(ServiceProperty, TasksOfTheSpecRolledBackToAreClean) {
  SeededRng rng{5};
  const DecideContext context{WallTime{1}, rng};
  for (int round = 0; round < kSeeds; ++round) {
    Service state;
    state.set_id("s");
    CreateService create;
    *create.mutable_spec() = any_spec(rng);
    fold(state, *service::decide(state, create, Endpoint{}, context), 1);
    SpecVersion born;
    born.set_version(state.spec_version());
    *born.mutable_spec() = state.spec();
    UpdateService update;
    update.set_expected_revision(1);
    *update.mutable_spec() = any_spec(rng);
    fold(state, *service::decide(state, update, Endpoint{}, context), 2);
    fold(state, *service::roll_back_automatically(state, Endpoint{}, "failed", context), 3);
    EXPECT_FALSE(tasks_dirty(born, state));
  }
}

// ---- networks ----------------------------------------------------------------------------------------------------

TEST(NetworkProperty, SubnetsAndVnisAreNeverGivenTwice) {
  for (int seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    SeededRng rng{static_cast<std::uint64_t>(seed)};
    network::NetworkFacts facts;
    facts.default_pool = {"10.0.0.0/20", "10.1.0.0/22"};
    facts.subnet_size = 24 + static_cast<std::uint32_t>(rng.below(3));
    std::vector<IpPrefix> given;
    for (int round = 0; round < kSteps; ++round) {
      Network state;
      state.set_id("n");
      CreateNetwork create;
      create.mutable_spec()->set_name("net");
      if (rng.below(4) == 0)
        create.mutable_spec()->add_ipam()->set_subnet("10.0." + std::to_string(rng.below(16)) + ".0/23");
      const auto decided = network::decide(state, create, facts, DecideContext{WallTime{1}, rng});
      if (!decided) continue;
      const NetworkCreated& created = decided->events.at(0).network_created();
      const auto subnet = *IpPrefix::parse(created.ipam(0).subnet());
      EXPECT_TRUE(subnet.contains(*IpPrefix::parse_address(created.ipam(0).gateway())));
      for (const IpPrefix& other : given) EXPECT_FALSE(subnet.overlaps(other)) << subnet.text() << other.text();
      EXPECT_EQ(std::count(facts.used_vnis.begin(), facts.used_vnis.end(), created.vni()), 0);
      given.push_back(subnet);
      facts.used_subnets.push_back(subnet.text());
      facts.used_vnis.push_back(created.vni());
    }
    EXPECT_GT(given.size(), 4u);
  }
}

// The walk against the plain way: try every subnet of the pool.
TEST(NetworkProperty, TheSubnetGivenIsTheLowestFreeOne) {
  SeededRng rng{11};
  const auto pool = *IpPrefix::parse("10.0.0.0/22");
  for (int round = 0; round < kSeeds; ++round) {
    network::NetworkFacts facts;
    facts.default_pool = {pool.text()};
    facts.subnet_size = 26;
    for (std::uint64_t i = rng.below(6); i > 0; --i) {
      const unsigned length = 24 + static_cast<unsigned>(rng.below(5));
      facts.used_subnets.push_back(pool.subnet(length, rng.below(1U << (length - 22)))->text());
    }
    std::optional<std::string> lowest;
    for (std::uint64_t n = 0; !lowest && n < 16; ++n) {
      const auto candidate = *pool.subnet(26, n);
      const bool free =
          std::none_of(facts.used_subnets.begin(), facts.used_subnets.end(),
                       [&](const std::string& used) { return candidate.overlaps(*IpPrefix::parse(used)); });
      if (free) lowest = candidate.text();
    }
    CreateNetwork create;
    create.mutable_spec()->set_name("net");
    const auto decided = network::decide(Network{}, create, facts, DecideContext{WallTime{1}, rng});
    ASSERT_EQ(static_cast<bool>(decided), lowest.has_value());
    if (decided) {
      EXPECT_EQ(decided->events.at(0).network_created().ipam(0).subnet(), *lowest);
    }
  }
}

}  // namespace
}  // namespace skein
