#include "tests/actors/plan/planner_script.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "events/domain/task_state.h"

namespace skein::plan {
namespace {

using test::Words;

TaskState state_in(const std::string& name) {
  const auto state = parse_task_state(name);
  CHECK(state.has_value(), name);
  return *state;
}

std::string seconds(std::int64_t ns) {
  CHECK(ns % 1'000'000 == 0, "scripts count in milliseconds at least");
  return ns % kSecond_ns == 0 ? std::to_string(ns / kSecond_ns)
                              : fmt::format("{:.3f}", static_cast<double>(ns) / static_cast<double>(kSecond_ns));
}

// Chooses by name; the script is wrong if it is none of them.
template <class T>
T one_of(const std::string& name, const std::map<std::string, T>& choices) {
  const auto it = choices.find(name);
  CHECK(it != choices.end(), name);
  return it->second;
}

void restart_words(Words& words, RestartPolicy& policy) {
  std::string name;
  std::int64_t number = 0;
  if (words.take("restart", name))
    policy.set_condition(one_of<RestartPolicy::Condition>(
        name, {{"any", RestartPolicy::ANY}, {"on-failure", RestartPolicy::ON_FAILURE}, {"none", RestartPolicy::NONE}}));
  if (words.take("delay", number)) policy.set_delay_ns(number * kSecond_ns);
  if (words.take("attempts", number)) policy.set_max_attempts(static_cast<std::uint64_t>(number));
  if (words.take("window", number)) policy.set_window_ns(number * kSecond_ns);
}

bool roll_words(Words& words, const std::string& prefix, UpdateConfig& config) {
  std::string name;
  std::int64_t number = 0;
  const UpdateConfig before = config;
  if (words.take(prefix + "parallelism", number)) config.set_parallelism(static_cast<std::uint64_t>(number));
  if (words.take(prefix + "pause", number)) config.set_delay_ns(number * kSecond_ns);
  if (words.take(prefix + "monitor", number)) config.set_monitor_ns(number * kSecond_ns);
  if (words.take(prefix + "ratio", name)) config.set_max_failure_ratio(std::stod(name));
  if (words.take(prefix + "failure", name))
    config.set_failure_action(one_of<UpdateConfig::FailureAction>(
        name,
        {{"pause", UpdateConfig::PAUSE}, {"continue", UpdateConfig::CONTINUE}, {"rollback", UpdateConfig::ROLLBACK}}));
  if (words.take(prefix + "order", name))
    config.set_order(one_of<UpdateConfig::Order>(
        name, {{"stop-first", UpdateConfig::STOP_FIRST}, {"start-first", UpdateConfig::START_FIRST}}));
  return before.SerializeAsString() != config.SerializeAsString();
}

const std::map<std::string, UpdateStatus::State> kRollStates = {
    {"updating", UpdateStatus::UPDATING},
    {"paused", UpdateStatus::PAUSED},
    {"completed", UpdateStatus::COMPLETED},
    {"rollback-started", UpdateStatus::ROLLBACK_STARTED},
    {"rollback-paused", UpdateStatus::ROLLBACK_PAUSED},
    {"rollback-completed", UpdateStatus::ROLLBACK_COMPLETED}};

std::string text(const UpdateStatus& status) {
  std::string name;
  for (const auto& [word, state] : kRollStates)
    if (state == status.state()) name = word;
  std::string out = fmt::format("progress {} started={}", name, seconds(status.started_at_ns()));
  if (status.completed_at_ns() != 0) out += " completed=" + seconds(status.completed_at_ns());
  return out + ": " + status.message() + "\n";
}

}  // namespace

std::string PlannerScript::run(const std::string& line) {
  Words words{line};
  const std::string verb = words.next();
  if (verb == "plan") return plan_line();
  if (verb == "fresh") {
    *this = PlannerScript{};
  } else if (verb == "at") {
    world_.now_ns = std::stoll(words.next()) * kSecond_ns;
  } else if (verb == "service") {
    service_line(words);
  } else if (verb == "status") {
    status_line(words);
  } else if (verb == "node") {
    node_line(words);
  } else {
    CHECK(verb == "task", line);
    task_line(words);
  }
  words.done();
  return {};
}

void PlannerScript::service_line(Words& words) {
  if (words.has("removed")) return world_.remove_service();
  ServiceSpec spec = world_.service() != nullptr ? world_.service()->spec() : ServiceSpec{};
  std::string value;
  std::int64_t number = 0;
  if (words.take("replicas", number)) spec.mutable_replicated()->set_replicas(static_cast<std::uint64_t>(number));
  if (words.has("global")) spec.mutable_global();
  if (words.take("image", value)) spec.mutable_task()->mutable_container()->set_image(value);
  if (words.take("constraint", value)) {
    spec.mutable_task()->mutable_placement()->clear_constraints();
    if (value != "none") spec.mutable_task()->mutable_placement()->add_constraints(value);
  }
  restart_words(words, *spec.mutable_task()->mutable_restart());
  UpdateConfig update = spec.update();
  UpdateConfig rollback = spec.rollback();
  if (!spec.has_update()) update.set_parallelism(1);
  if (!spec.has_rollback()) rollback.set_parallelism(1);
  if (roll_words(words, "rollback-", rollback)) *spec.mutable_rollback() = rollback;
  if (roll_words(words, "", update)) *spec.mutable_update() = update;
  world_.set_spec(spec);
}

void PlannerScript::status_line(Words& words) {
  UpdateStatus& status = *world_.edit_service().mutable_update_status();
  status.set_state(one_of(words.next(), kRollStates));
  std::int64_t number = 0;
  if (words.take("started", number)) status.set_started_at_ns(number * kSecond_ns);
}

void PlannerScript::node_line(Words& words) {
  const std::string id = words.next();
  if (words.has("removed")) {
    world_.nodes.erase(id);
    return;
  }
  const auto [it, fresh] = world_.nodes.try_emplace(id);
  Node& node = it->second;
  node.set_id(id);
  if (fresh) node.mutable_status()->set_state(NodeStatus::READY);
  if (words.has("up")) node.mutable_status()->set_state(NodeStatus::READY);
  if (words.has("down")) node.mutable_status()->set_state(NodeStatus::DOWN);
  if (words.has("active")) node.mutable_spec()->set_availability(NodeSpec::ACTIVE);
  if (words.has("drain")) node.mutable_spec()->set_availability(NodeSpec::DRAIN);
  if (words.has("pause")) node.mutable_spec()->set_availability(NodeSpec::PAUSE);
  std::string label;
  if (!words.take("label", label)) return;
  node.mutable_spec()->clear_labels();
  Label& added = *node.mutable_spec()->add_labels();
  added.set_key(label.substr(0, label.find(':')));
  added.set_value(label.substr(label.find(':') + 1));
}

void PlannerScript::task_line(Words& words) {
  const std::string id = words.next();
  if (words.has("gone")) {
    CHECK(world_.tasks.erase(id) == 1, id);
    return;
  }
  const auto [it, fresh] = world_.tasks.try_emplace(id);
  if (fresh) {
    CHECK(id[0] != 't', "names t001... are the planner's");
    it->second.set_id(id);
    it->second.set_revision(1);
    it->second.set_service_id("s1");
    it->second.set_spec_version(world_.service()->spec_version());
    it->second.set_created_at_ns(world_.now_ns);
    it->second.set_desired(TASK_RUNNING);
    it->second.mutable_status()->set_state(TASK_PENDING);
  }
  change_task(it->second, words);
}

void PlannerScript::change_task(Task& task, Words& words) {
  std::string value;
  std::int64_t number = 0;
  if (words.take("slot", number)) task.set_slot(static_cast<std::uint64_t>(number));
  if (words.take("node", value)) task.set_node_id(value);
  if (words.take("spec", number)) task.set_spec_version(world_.version_number(static_cast<std::size_t>(number)));
  if (words.take("desired", value)) task.set_desired(state_in(value));
  if (words.take("created", number)) task.set_created_at_ns(number * kSecond_ns);
  if (words.take("not-before", number)) task.set_start_not_before_ns(number * kSecond_ns);
  if (words.take("replaces", value)) task.set_replaces(value);
  if (words.take("state", value)) {
    task.mutable_status()->set_state(state_in(value));
    task.mutable_status()->set_at_ns(world_.now_ns);
    if (value == "running" && task.running_since_ns() == 0) task.set_running_since_ns(world_.now_ns);
  }
  if (words.take("since", number)) task.set_running_since_ns(number * kSecond_ns);
  if (words.take("ended", number)) task.mutable_status()->set_at_ns(number * kSecond_ns);
}

std::string PlannerScript::plan_line() {
  const ReconcilePlan plan = world_.plan();
  std::string out = text(plan);
  births_ += plan.births.size();
  world_.carry_out(plan);
  const ReconcilePlan again = world_.plan();
  if (!plan.progress) {
    EXPECT_TRUE(again.births.empty()) << "the same plan again asks for more births";
    EXPECT_FALSE(again.progress.has_value());
  }
  return out;
}

std::string PlannerScript::text(const Birth& birth, const std::string& id) const {
  std::string out = "birth " + id;
  out += birth.key.node.empty() ? fmt::format(" slot={}", birth.key.slot) : " node=" + birth.key.node;
  out += fmt::format(" desired={}", task_state_name(birth.desired));
  if (birth.start_not_before_ns != 0) out += " not-before=" + seconds(birth.start_not_before_ns);
  if (!birth.replaces.empty()) out += " replaces=" + birth.replaces;
  return out + "\n";
}

std::string PlannerScript::text(const ReconcilePlan& plan) const {
  std::string out;
  std::uint64_t born = births_;
  for (const Birth& birth : plan.births) out += text(birth, fmt::format("t{:03}", ++born));
  for (const Wish& wish : plan.wishes) out += fmt::format("wish {} {}\n", wish.task_id, task_state_name(wish.desired));
  if (plan.roll_back) out += "roll back\n";
  if (plan.progress) out += plan::text(*plan.progress);
  if (plan.look_again_at_ns != 0) out += "look again at " + seconds(plan.look_again_at_ns) + "\n";
  return out.empty() ? "nothing\n" : out;
}

}  // namespace skein::plan
