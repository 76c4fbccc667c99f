// Random histories of one service in a small cluster: tasks run, fail and end by chance, nodes come and go, specs
// change. After every step the plan is carried out and looked at; when chance stops, all must settle.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "actors/plan/roll_out.h"
#include "events/base/rng.h"
#include "tests/actors/plan/service_world.h"

namespace skein::plan {
namespace {

class History {
 public:
  explicit History(std::uint64_t seed) : rng_{seed} {
    world_.now_ns = 1000 * kSecond_ns;
    for (const char* id : {"n1", "n2", "n3"}) {
      Node& node = world_.nodes[id];
      node.set_id(id);
      node.mutable_status()->set_state(NodeStatus::READY);
    }
    spec_ = draw_spec();
    world_.set_spec(spec_);
  }

  // One thing happens, then the planner looks.
  void step() {
    world_.now_ns += static_cast<std::int64_t>(rng_.below(3 * kSecond_ns));
    const std::uint64_t what = rng_.below(40);
    if (what == 0) change_spec();
    if (what == 1) scale();
    if (what == 2 || what == 3) meddle_with_node();
    if (what == 4) world_.reap(5);
    for (const std::string& id : ids()) move(id, true);
    look();
  }

  // Every node is well, nothing fails any more. How many looks it took to come to rest; -1: it did not.
  int settle() {
    for (auto& [id, node] : world_.nodes) {
      node.mutable_status()->set_state(NodeStatus::READY);
      node.mutable_spec()->set_availability(NodeSpec::ACTIVE);
    }
    for (int looks = 1; looks < 400; ++looks) {
      bool moved = false;
      for (const std::string& id : ids()) moved |= move(id, false);
      const ReconcilePlan plan = look();
      const bool quiet = plan.births.empty() && plan.wishes.empty() && !plan.progress;
      if (quiet && !moved && plan.look_again_at_ns == 0) return looks;
      if (quiet && !moved) world_.now_ns = std::max(world_.now_ns, plan.look_again_at_ns);
    }
    return -1;
  }

  const ServiceWorld& world() const { return world_; }

 private:
  std::vector<std::string> ids() const {
    std::vector<std::string> found;
    for (const auto& [id, task] : world_.tasks) found.push_back(id);
    return found;
  }

  UpdateConfig draw_update() {
    UpdateConfig config;
    config.set_parallelism(rng_.below(4));
    config.set_delay_ns(static_cast<std::int64_t>(rng_.below(3)) * kSecond_ns);
    config.set_failure_action(static_cast<UpdateConfig::FailureAction>(rng_.below(3)));
    config.set_monitor_ns(static_cast<std::int64_t>(rng_.below(5)) * kSecond_ns);
    config.set_max_failure_ratio(static_cast<double>(rng_.below(5)) / 5);
    config.set_order(static_cast<UpdateConfig::Order>(rng_.below(2)));
    return config;
  }
  ServiceSpec draw_spec() {
    ServiceSpec spec;
    if (rng_.below(4) == 0) {
      spec.mutable_global();
    } else {
      spec.mutable_replicated()->set_replicas(rng_.below(6));
    }
    spec.mutable_task()->mutable_container()->set_image("image 1");
    RestartPolicy& restart = *spec.mutable_task()->mutable_restart();
    restart.set_condition(static_cast<RestartPolicy::Condition>(
        std::max<std::int64_t>(0, static_cast<std::int64_t>(rng_.below(6)) - 3)));  // ANY most of the time
    restart.set_delay_ns(static_cast<std::int64_t>(rng_.below(4)) * kSecond_ns);
    if (rng_.below(3) == 0) restart.set_max_attempts(1 + rng_.below(3));
    if (rng_.below(2) == 0) *spec.mutable_update() = draw_update();
    if (rng_.below(2) == 0) *spec.mutable_rollback() = draw_update();
    return spec;
  }
  void change_spec() {
    spec_ = world_.service()->spec();
    spec_.mutable_task()->mutable_container()->set_image("image " + std::to_string(1 + rng_.below(3)));
    world_.set_spec(spec_);
  }
  void scale() {
    spec_ = world_.service()->spec();
    if (spec_.has_replicated()) spec_.mutable_replicated()->set_replicas(rng_.below(6));
    world_.set_spec(spec_);
  }
  void meddle_with_node() {
    auto node = world_.nodes.begin();
    std::advance(node, static_cast<std::ptrdiff_t>(rng_.below(world_.nodes.size())));
    node->second.mutable_status()->set_state(rng_.below(3) == 0 ? NodeStatus::DOWN : NodeStatus::READY);
    node->second.mutable_spec()->set_availability(rng_.below(3) == 0 ? NodeSpec::DRAIN : NodeSpec::ACTIVE);
  }

  // A task goes on by one state, if it can. True if it did.
  bool move(const std::string& id, bool by_chance) {
    const Task& task = world_.tasks.at(id);
    const TaskState state = task.status().state();
    if (by_chance && rng_.below(2) == 0) return false;
    if (state > TASK_RUNNING) return false;
    if (state == TASK_PENDING) return find_node(task);
    if (world_.nodes.at(task.node_id()).status().state() == NodeStatus::DOWN) return false;
    const TaskState next = next_state(task, by_chance);
    if (next == state) return false;
    world_.observe(id, next);
    return true;
  }
  bool find_node(const Task& task) {
    for (const auto& [id, node] : world_.nodes) {
      const bool open = node.status().state() == NodeStatus::READY && node.spec().availability() == NodeSpec::ACTIVE;
      if (open && (task.node_id().empty() || task.node_id() == id) && rng_.below(2) == 0)
        return world_.assign(task.id(), id);
    }
    return task.desired() <= TASK_RUNNING;  // waits, with no time to wait for
  }
  TaskState next_state(const Task& task, bool by_chance) {
    const TaskState state = task.status().state();
    if (task.desired() > TASK_COMPLETE) return TASK_SHUTDOWN;
    if (by_chance && rng_.below(8) == 0)
      return state == TASK_RUNNING && rng_.below(2) == 0 ? TASK_COMPLETE : fail(state);
    if (state == TASK_RUNNING) return state;
    if (state == TASK_READY && task.desired() < TASK_RUNNING) return state;
    if (state == TASK_READY && world_.now_ns < task.start_not_before_ns()) return state;
    return state < TASK_READY ? TASK_READY : TASK_RUNNING;
  }
  static TaskState fail(TaskState state) { return state < TASK_STARTING ? TASK_REJECTED : TASK_FAILED; }

  ReconcilePlan look() {
    const ReconcilePlan plan = world_.plan();
    check(plan);
    const std::string before = describe(plan);
    world_.carry_out(plan);
    std::set<SlotKey> born;
    for (const Birth& birth : plan.births) born.insert(birth.key);
    const ReconcilePlan again = world_.plan();
    for (const Birth& birth : again.births) {
      EXPECT_TRUE(plan.progress || !born.contains(birth.key)) << "born twice\n" << before << describe(again);
    }
    return plan;
  }

  std::string describe(const ReconcilePlan& plan) const {
    std::string text = "spec " + world_.service()->spec().ShortDebugString() + "\nnow " +
                       std::to_string(world_.now_ns) + ", roll-out " +
                       world_.service()->update_status().ShortDebugString() + "\n";
    for (const auto& [id, task] : world_.tasks)
      if (wanted(task) || !ended(task))
        text += (world_.is_dirty(task) ? "dirty " : "clean ") + task.ShortDebugString() + "\n";
    for (const Birth& birth : plan.births)
      text += "birth " + std::to_string(birth.key.slot) + birth.key.node + " replaces " + birth.replaces + "\n";
    for (const Wish& wish : plan.wishes) text += "wish " + wish.task_id + " " + std::to_string(wish.desired) + "\n";
    return text;
  }

  void check(const ReconcilePlan& plan) const {
    std::set<SlotKey> born;
    for (const Birth& birth : plan.births) EXPECT_TRUE(born.insert(birth.key).second) << "two births in a slot";
    for (const Wish& wish : plan.wishes) EXPECT_GT(wish.desired, world_.tasks.at(wish.task_id).desired());
    if (plan.look_again_at_ns != 0) {
      EXPECT_GT(plan.look_again_at_ns, world_.now_ns);
    }
    EXPECT_TRUE(!plan.roll_back || plan.progress);
    check_parallelism(plan);
  }
  // What the roll-out takes down now and what it has taken down already stay within the policy's parallelism.
  void check_parallelism(const ReconcilePlan& plan) const {
    std::size_t renewed = 0;
    for (const Birth& birth : plan.births) renewed += renews(birth) ? 1U : 0U;
    if (renewed == 0) return;
    EXPECT_FALSE(plan.progress.has_value()) << "a roll-out goes on in the plan that ends or begins it";
    std::set<std::string> removed;
    for (const Wish& wish : plan.wishes)
      if (wish.desired > TASK_COMPLETE) removed.insert(wish.task_id);
    std::size_t coming = 0;
    for (const Slot& slot : world_.slots())
      coming += std::any_of(slot.tasks.begin(), slot.tasks.end(),
                            [&](const BornTask& born) {
                              return live(*born.task) && !running(*born.task) && !world_.is_dirty(*born.task) &&
                                     !born.task->replaces().empty() && !removed.contains(born.task->id());
                            })
                    ? 1U
                    : 0U;
    const std::uint64_t parallelism = policy_of(*world_.service()).parallelism();
    if (parallelism != 0) {
      EXPECT_LE(renewed + coming, parallelism) << describe(plan);
    }
  }
  bool renews(const Birth& birth) const {
    const auto old = world_.tasks.find(birth.replaces);
    if (old == world_.tasks.end() || !live(old->second) || !world_.is_dirty(old->second)) return false;
    const Home home = home_of(old->second, [&](std::string_view id) { return &world_.nodes.at(std::string{id}); });
    return home == Home::none || home == Home::good;
  }

  SeededRng rng_;
  ServiceWorld world_;
  ServiceSpec spec_;
};

std::size_t wanted_slots(const ServiceWorld& world) {
  const ServiceSpec& spec = world.service()->spec();
  return spec.has_global() ? world.nodes.size() : spec.replicated().replicas();
}

void expect_settled(const ServiceWorld& world) {
  const Service& service = *world.service();
  const auto roll = service.update_status().state();
  const bool paused = roll == UpdateStatus::PAUSED || roll == UpdateStatus::ROLLBACK_PAUSED;
  EXPECT_NE(roll, UpdateStatus::UPDATING);
  EXPECT_NE(roll, UpdateStatus::ROLLBACK_STARTED);
  std::size_t up = 0;
  for (const Slot& slot : world.slots()) {
    std::size_t lives = 0;
    for (const BornTask& born : slot.tasks) {
      const Task& task = *born.task;
      if (!live(task)) {
        EXPECT_TRUE(ended(task)) << task.ShortDebugString();
      }
      if (!live(task)) continue;
      ++lives;
      EXPECT_EQ(task.desired(), TASK_RUNNING);
      EXPECT_TRUE(running(task)) << task.ShortDebugString();
      EXPECT_TRUE(paused || !world.is_dirty(task)) << task.ShortDebugString();
    }
    EXPECT_LE(lives, 1U);
    up += lives;
  }
  const RestartPolicy& restart = service.spec().task().restart();
  if (restart.condition() == RestartPolicy::ANY && restart.max_attempts() == 0) {
    EXPECT_EQ(up, wanted_slots(world));
  }
  EXPECT_LE(up, wanted_slots(world));
}

TEST(ReconcileProperty, AnyHistorySettlesOnOneRunningTaskASlot) {
  for (std::uint64_t seed = 1; seed <= 1000 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    History history{seed};
    const std::uint64_t steps = 20 + seed % 80;
    for (std::uint64_t step = 0; step < steps && !testing::Test::HasFailure(); ++step) history.step();
    EXPECT_GT(history.settle(), 0) << "it never comes to rest";
    expect_settled(history.world());
  }
}

}  // namespace
}  // namespace skein::plan
