// Runs tests/data/plan/progress_*.txt: one task on its node, from accepted to its end. Each line is an input, or:
//
//   begin [desired=STATE] [status=STATE] [not-before=SECOND] [found=running|EXITCODE]   a new life of the runner
//   at SECOND
//   assigned desired=STATE | dismissed | tick
//   attached | attached refused | prepared | prepared refused | started | started refused
//   unserved | stopped | stopped refused | removed | exited CODE [oom]
// Answers: "do EFFECT", "report STATE: message (error)", "look again at", "gone".
#include "actors/plan/task_progress.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>

#include "events/base/rng.h"
#include "events/domain/task_state.h"
#include "tests/support/script_file.h"

namespace skein::plan {
namespace {

constexpr std::int64_t kSecond_ns = 1'000'000'000;
const Refusal kRefusal{Errc::fault, "it would not"};

const char* name_of(Effect effect) {
  static const char* const names[] = {"attach", "prepare", "start", "serve", "unserve", "stop", "remove", "detach"};
  return names[static_cast<std::size_t>(effect)];
}

AssignedTaskPtr task_with(TaskState desired, TaskState status, std::int64_t not_before_ns) {
  auto task = std::make_shared<AssignedTask>();
  task->set_id("t1");
  task->set_desired(desired);
  task->mutable_status()->set_state(status);
  task->set_start_not_before_ns(not_before_ns);
  return task;
}

class ProgressScript {
 public:
  std::string run(const std::string& line) {
    test::Words words{line};
    const std::string verb = words.next();
    if (verb == "at") {
      now_ = std::stoll(words.next()) * kSecond_ns;
    } else if (verb == "begin") {
      begin(words);
    } else {
      input(verb, words);
    }
    words.done();
    return progress_ ? said() : std::string{};
  }

 private:
  static TaskState state(test::Words& words, const std::string& key, TaskState otherwise) {
    std::string name;
    return words.take(key, name) ? parse_task_state(name).value() : otherwise;
  }
  void begin(test::Words& words) {
    const TaskState desired = state(words, "desired", TASK_RUNNING);
    const TaskState status = state(words, "status", TASK_ASSIGNED);
    std::int64_t not_before = 0;
    words.take("not-before", not_before);
    std::optional<FoundContainer> found;
    std::string code;
    if (words.take("found", code)) {
      found.emplace();
      found->task = TaskId{"t1"};
      found->info = {"c1", 7};
      found->running = code == "running";
      if (!found->running) found->exit_code = std::stoi(code);
    }
    task_ = task_with(desired, status, not_before * kSecond_ns);
    progress_ = std::make_unique<TaskProgress>(task_, found, now_);
    was_gone_ = false;
  }
  void input(const std::string& verb, test::Words& words) {
    const bool refused = words.has("refused");
    const Result<ContainerInfo> info =
        refused ? Result<ContainerInfo>{kRefusal} : Result<ContainerInfo>{ContainerInfo{"c1", 7}};
    if (verb == "assigned") progress_->assigned(again(state(words, "desired", TASK_RUNNING)), now_);
    if (verb == "dismissed") progress_->dismissed(now_);
    if (verb == "tick") progress_->tick(now_);
    if (verb == "attached" && refused) progress_->attached(kRefusal, now_);
    if (verb == "attached" && !refused) progress_->attached(std::vector<PortConfig>{}, now_);
    if (verb == "prepared") progress_->prepared(info, now_);
    if (verb == "started") progress_->started(info, now_);
    if (verb == "unserved") progress_->unserved(now_);
    if (verb == "stopped") progress_->stopped(info, now_);
    if (verb == "removed") progress_->removed(now_);
    if (verb != "exited") return;
    const bool oom = words.has("oom");
    progress_->exited({TaskId{"t1"}, std::stoi(words.next()), oom, {now_}}, now_);
  }
  AssignedTaskPtr again(TaskState desired) const {
    return task_with(desired, TASK_ASSIGNED, task_->start_not_before_ns());
  }
  std::string said() {
    const ProgressOutput out = progress_->take_output();
    std::string text;
    for (const TaskStatus& status : out.reports) {
      text += fmt::format("report {}: {}", task_state_name(status.state()), status.message());
      if (!status.error().empty()) text += fmt::format(" ({})", status.error());
      text += "\n";
    }
    for (const Effect effect : out.effects) text += fmt::format("do {}\n", name_of(effect));
    if (out.look_again_at_ns != 0) text += fmt::format("look again at {}\n", out.look_again_at_ns / kSecond_ns);
    if (progress_->gone() && !was_gone_) text += "gone\n";
    was_gone_ = progress_->gone();
    return text;
  }

  std::int64_t now_ = 0;
  AssignedTaskPtr task_;
  std::unique_ptr<TaskProgress> progress_;
  bool was_gone_ = false;
};

void run_file(const std::string& name) {
  ProgressScript script;
  test::expect_script(SKEIN_TEST_DATA "/plan/" + name, [&](const std::string& line) { return script.run(line); });
}

TEST(TaskProgressScript, GoesItsWay) { run_file("progress_way.txt"); }
TEST(TaskProgressScript, StopsAndIsDismissedInEveryPhase) { run_file("progress_stop.txt"); }
TEST(TaskProgressScript, AdoptsWhatAnEarlierLifeLeft) { run_file("progress_found.txt"); }

// ---- any order of inputs
// ---------------------------------------------------------------------------------------------

// Answers effects in their time, in between anything else may happen.
class RandomRunner {
 public:
  explicit RandomRunner(std::uint64_t seed) : rng_{seed} {
    std::optional<FoundContainer> found;
    const TaskState status = rng_.below(3) == 0 ? TASK_RUNNING : TASK_ASSIGNED;
    if (rng_.below(2) == 0) found = FoundContainer{TaskId{"t1"}, {"c1", 7}, rng_.below(2) == 0, 3, false, {}};
    progress_.emplace(task_with(TASK_READY, status, kSecond_ns), found, now_);
    state_ = status;
    take();
  }

  void step() {
    now_ += static_cast<std::int64_t>(rng_.below(kSecond_ns));
    switch (rng_.below(8)) {
      case 0:
        desired_ = std::max(desired_, rng_.below(4) == 0 ? TASK_SHUTDOWN : TASK_RUNNING);
        progress_->assigned(task_with(desired_, TASK_ASSIGNED, kSecond_ns), now_);
        break;
      case 1:
        progress_->tick(now_);
        break;
      case 2:
        progress_->exited({TaskId{"t1"}, static_cast<int>(rng_.below(2)), false, {now_}}, now_);
        break;
      case 3:
        late_answer();
        break;
      default:
        if (under_way_) answer();
    }
    take();
  }
  // True if it was gone once everything was answered.
  bool dismiss() {
    progress_->dismissed(now_);
    take();
    for (int answers = 0; answers < 10 && under_way_; ++answers) {
      answer();
      take();
    }
    return progress_->gone();
  }

 private:
  static bool is_answered(Effect effect) { return effect != Effect::serve && effect != Effect::detach; }

  void answer() {
    const Effect effect = *std::exchange(under_way_, std::nullopt);
    const bool well = rng_.below(4) != 0;
    give(effect, well ? Result<ContainerInfo>{ContainerInfo{"c1", 7}} : Result<ContainerInfo>{kRefusal});
  }
  // An unserve that nobody waits for is answered all the same.
  void late_answer() {
    if (!loose_unserve_) return;
    loose_unserve_ = false;
    progress_->unserved(now_);
  }
  void give(Effect effect, const Result<ContainerInfo>& info) {
    if (effect == Effect::attach && info) progress_->attached(std::vector<PortConfig>{}, now_);
    if (effect == Effect::attach && !info) progress_->attached(kRefusal, now_);
    if (effect == Effect::prepare) progress_->prepared(info, now_);
    if (effect == Effect::start) progress_->started(info, now_);
    if (effect == Effect::unserve) progress_->unserved(now_);
    if (effect == Effect::stop) progress_->stopped(info, now_);
    if (effect == Effect::remove) progress_->removed(now_);
  }
  void take() {
    const ProgressOutput out = progress_->take_output();
    for (const TaskStatus& status : out.reports) {
      EXPECT_GE(status.state(), state_) << "observed state only grows";
      EXPECT_FALSE(ended_) << "nothing comes after the end";
      state_ = status.state();
      ended_ = is_terminal(state_);
    }
    for (const Effect effect : out.effects) {
      if (!is_answered(effect)) continue;
      if (effect == Effect::unserve && ended_) {
        loose_unserve_ = true;
      } else if (effect == Effect::attach && progress_->status().state() == TASK_RUNNING) {
        loose_attach_ = true;  // a found container's sandbox: it runs already
      } else {
        EXPECT_FALSE(under_way_.has_value()) << "two effects under way: " << name_of(effect);
        under_way_ = effect;
      }
    }
    if (std::exchange(loose_attach_, false)) progress_->attached(std::vector<PortConfig>{}, now_);
  }

  SeededRng rng_;
  std::int64_t now_ = 0;
  TaskState desired_ = TASK_READY;
  std::optional<TaskProgress> progress_;
  std::optional<Effect> under_way_;
  bool loose_unserve_ = false;
  bool loose_attach_ = false;
  bool ended_ = false;
  TaskState state_ = TASK_NEW;
};

TEST(TaskProgressProperty, ReportsGrowOneEffectAtATimeAndDismissalEndsIt) {
  for (std::uint64_t seed = 1; seed <= 3000 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    RandomRunner runner{seed};
    for (std::uint64_t step = 0; step < seed % 30; ++step) runner.step();
    EXPECT_TRUE(runner.dismiss());
  }
}

}  // namespace
}  // namespace skein::plan
