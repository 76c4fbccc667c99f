// The life of a container through the port, with the real crun and conmon.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <future>
#include <set>
#include <thread>

#include "events/base/rng.h"
#include "runtime/containers/process.h"
#include "runtime/containers/random_hex.h"
#include "tests/runtime/containers/fixture.h"

namespace skein {
namespace {

namespace fs = std::filesystem;

TEST_F(ExecutorTest, ExitCodeAndBothStreamsComeBack) {
  const auto task = script_task("echo out; echo err >&2; exit 37");
  EXPECT_EQ(run(task).exit_code, 37);
  LogQuery only_err;
  only_err.out = false;
  EXPECT_EQ(log_of(task, only_err), "err\n");
  LogQuery only_out;
  only_out.err = false;
  EXPECT_EQ(log_of(task, only_out), "out\n");
}

TEST_F(ExecutorTest, RecordTellsTheWholeLife) {
  const auto task = script_task("sleep 1000");
  const auto made = prepare(task);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->container_id.size(), 64U);
  EXPECT_EQ(made->pid, 0);
  const auto started = start(task);
  ASSERT_TRUE(started);
  auto now = record(task);
  EXPECT_TRUE(now.running);
  EXPECT_EQ(now.pid, started->pid);
  EXPECT_EQ(now.name, "web.3." + task.id());
  EXPECT_EQ(now.hostname, made->container_id.substr(0, 12));
  EXPECT_EQ(now.image_id, "sha256:" + std::string(64, 'b'));
  EXPECT_GE(now.started, now.created);
  EXPECT_EQ(executor_->directory().find(now.id.substr(0, 12))->id, now.id);
  EXPECT_EQ(executor_->directory().find(now.name)->id, now.id);
  EXPECT_EQ(executor_->directory().find("nosuch").refusal().text, "No such container: nosuch");
  ASSERT_TRUE(remove(task));
  EXPECT_EQ(wait_exit(task).exit_code, 137);
}

TEST_F(ExecutorTest, EveryCallIsIdempotent) {
  const auto task = script_task("sleep 1000");
  const auto first = prepare(task);
  EXPECT_EQ(prepare(task)->container_id, first->container_id);
  const auto started = start(task);
  EXPECT_EQ(start(task)->pid, started->pid);
  EXPECT_EQ(prepare(task)->pid, started->pid);
  EXPECT_TRUE(remove(task));
  EXPECT_TRUE(remove(task));
  EXPECT_TRUE(stop(task));
}

TEST_F(ExecutorTest, StopSendsTheSpecsSignal) {
  auto task = script_task("trap 'echo usr1; exit 5' USR1; echo ready; while :; do sleep 0.05; done");
  task.mutable_spec()->mutable_container()->set_stop_signal("SIGUSR1");
  ASSERT_TRUE(prepare(task));
  ASSERT_TRUE(start(task));
  wait_for_output(task, "ready");
  ASSERT_TRUE(stop(task));
  EXPECT_EQ(wait_exit(task).exit_code, 5);
  EXPECT_EQ(log_of(task), "ready\nusr1\n");
}

TEST_F(ExecutorTest, StopKillsAfterTheGrace) {
  auto task = script_task("trap '' TERM; echo ready; while :; do sleep 0.05; done");
  task.mutable_spec()->mutable_container()->set_stop_grace_ns(200'000'000);
  ASSERT_TRUE(prepare(task));
  ASSERT_TRUE(start(task));
  wait_for_output(task, "ready");
  const auto before = std::chrono::steady_clock::now();
  ASSERT_TRUE(stop(task));
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds{190});
  const auto exit = wait_exit(task);
  EXPECT_EQ(exit.exit_code, 137);
  EXPECT_FALSE(exit.oom_killed);
}

TEST_F(ExecutorTest, StopEndsAContainerThatWasNeverStarted) {
  const auto task = script_task("true");
  ASSERT_TRUE(prepare(task));
  ASSERT_TRUE(stop(task));
  EXPECT_FALSE(record(task).running);
  const std::lock_guard lock{mutex_};
  EXPECT_TRUE(exits_.empty());  // an exit is told of what was started only
}

TEST_F(ExecutorTest, RemoveLeavesNothing) {
  const auto task = script_task("sleep 1000");
  const auto id = prepare(task)->container_id;
  ASSERT_TRUE(start(task));
  const auto dir = root_ / "data/containers" / id;
  EXPECT_TRUE(fs::exists(dir));
  EXPECT_NE(cgroup_file(cgroup_parent_, id, "pids/pids.current", "pids.current"), "(none)");
  ASSERT_TRUE(remove(task));
  EXPECT_FALSE(fs::exists(dir));
  EXPECT_FALSE(fs::exists(root_ / "exec/crun" / id));
  EXPECT_EQ(cgroup_file(cgroup_parent_, id, "pids/pids.current", "pids.current"), "(none)");
  EXPECT_EQ(read_file("/proc/self/mountinfo").find(id), std::string::npos);
  EXPECT_FALSE(executor_->directory().of_task(task.id()));
}

TEST_F(ExecutorTest, LimitsAreReallySet) {
  auto task = script_task("sleep 1000");
  auto* limits = task.mutable_spec()->mutable_resources()->mutable_limits();
  limits->set_nano_cpus(250'000'000);
  limits->set_memory_bytes(32 << 20);
  limits->set_pids(17);
  const auto id = prepare(task)->container_id;
  ASSERT_TRUE(start(task));
  EXPECT_EQ(cgroup_file(cgroup_parent_, id, "memory/memory.limit_in_bytes", "memory.max"), "33554432\n");
  EXPECT_EQ(cgroup_file(cgroup_parent_, id, "pids/pids.max", "pids.max"), "17\n");
  EXPECT_TRUE(cgroup_file(cgroup_parent_, id, "cpu/cpu.cfs_quota_us", "cpu.max").starts_with("25000"));
}

TEST_F(ExecutorTest, TooMuchMemoryIsToldAsOomKilled) {
  auto task = script_task("head -c 100000000 /dev/zero | tail");
  task.mutable_spec()->mutable_resources()->mutable_limits()->set_memory_bytes(16 << 20);
  const auto exit = run(task);
  EXPECT_TRUE(exit.oom_killed);
  EXPECT_NE(exit.exit_code, 0);
  EXPECT_TRUE(record(task).oom_killed);
}

TEST_F(ExecutorTest, MissingImageIsRefusedInDockersWords) {
  auto task = script_task("true");
  task.mutable_spec()->mutable_container()->set_image("missing:9");
  const auto refused = prepare(task);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.refusal().text, "No such image: missing:9");
  EXPECT_EQ(images_->pulled, "missing:9");
  EXPECT_TRUE(fs::is_empty(root_ / "data/containers"));
}

TEST_F(ExecutorTest, MissingProgramIsToldByStart) {
  for (const auto& [program, why] :
       std::map<std::string, std::string>{{"nosuch", "exec: \"nosuch\": executable file not found in $PATH"},
                                          {"/nope", "exec: \"/nope\": stat /nope: no such file or directory"}}) {
    auto task = script_task("true");
    task.mutable_spec()->mutable_container()->add_command(program);
    ASSERT_TRUE(prepare(task));
    const auto refused = start(task);
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.refusal().text.starts_with("starting container failed: ")) << refused.refusal().text;
    EXPECT_NE(refused.refusal().text.find(why), std::string::npos) << refused.refusal().text;
    EXPECT_EQ(record(task).exit_code, 127);
    EXPECT_EQ(record(task).error, refused.refusal().text);
    EXPECT_FALSE(start(task));
    EXPECT_TRUE(remove(task));
  }
}

TEST_F(ExecutorTest, UnknownUserIsToldByStart) {
  auto task = script_task("true");
  task.mutable_spec()->mutable_container()->set_user("nobodyhere");
  ASSERT_TRUE(prepare(task));
  EXPECT_EQ(start(task).refusal().text,
            "starting container failed: unable to find user nobodyhere: no matching entries in passwd file");
}

TEST_F(ExecutorTest, HealthCheckRunsInsideAndGivesItsCode) {
  auto task = script_task("sleep 1000");
  task.mutable_spec()->mutable_container()->set_stop_signal("SIGKILL");
  ASSERT_TRUE(prepare(task));
  ASSERT_TRUE(start(task));
  EXPECT_EQ(*check_health(task, {"sh", "-c", "test $FROM_IMAGE = yes && exit 3"}, 20'000), 3);
  EXPECT_EQ(*check_health(task, {"true"}, 20'000), 0);
  EXPECT_NE(*check_health(task, {"nosuch"}, 20'000), 0);
  for (int limit_ms = 0; limit_ms < 12; ++limit_ms) {  // it may run out while crun is still getting going
    EXPECT_FALSE(check_health(task, {"sleep", "4242"}, limit_ms));
  }
  const auto late = check_health(task, {"sleep", "4242"}, 200);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.refusal().text, "Health check exceeded timeout (200ms)");
  EXPECT_EQ(*check_health(task, {"sh", "-c", "ps | grep -q '[s]leep 1000'"}, 20'000), 0);
  EXPECT_EQ(*check_health(task, {"sh", "-c", "ps | grep -q '[s]leep 4242'"}, 20'000), 1);  // it was ended
  ASSERT_TRUE(stop(task));
  EXPECT_FALSE(check_health(task, {"true"}, 20'000));
}

TEST_F(ExecutorTest, ClosingEndsWhatIsUnderWayAndAnswersIt) {
  const auto task = script_task("trap '' TERM; echo ready; while :; do sleep 0.05; done");
  ASSERT_TRUE(prepare(task));
  ASSERT_TRUE(start(task));
  wait_for_output(task, "ready");
  std::promise<Result<int>> check;
  std::promise<Result<ContainerInfo>> stopped;
  executor_->exec_health(TaskId{task.id()}, {"sleep", "4243"}, 600'000, [&](auto result) { check.set_value(result); });
  executor_->stop(TaskId{task.id()}, [&](auto result) { stopped.set_value(result); });
  drop_executor();
  EXPECT_EQ(check.get_future().get().refusal().code, Errc::unavailable);
  EXPECT_EQ(stopped.get_future().get().refusal().code, Errc::unavailable);
  open_executor();
  EXPECT_TRUE(executor_->recover()->front().running);  // the container runs on
}

TEST_F(ExecutorTest, ImageHealthIsTheImagesOwn) {
  images_->config.healthcheck_json = R"({"Test":["CMD-SHELL","true"],"Interval":5000000000,"Retries":4})";
  const auto task = script_task("true");
  ASSERT_TRUE(prepare(task));
  const auto health = executor_->image_health(TaskId{task.id()});
  EXPECT_EQ(health.test_size(), 2);
  EXPECT_EQ(health.interval_ns(), 5'000'000'000);
  EXPECT_EQ(health.retries(), 4U);
}

TEST_F(ExecutorTest, ContainersLiveOnAndAreFoundAgain) {
  const auto lives = script_task("echo before; while ! test -e /tmp/go; do sleep 0.05; done; echo after; exit 9");
  const auto ends = script_task("echo ready; while ! test -e /tmp/go; do sleep 0.05; done; exit 4");
  const auto waits = script_task("exit 6");
  for (const auto* task : {&lives, &ends, &waits}) ASSERT_TRUE(prepare(*task));
  ASSERT_TRUE(start(lives));
  ASSERT_TRUE(start(ends));
  const auto upper = [&](const AssignedTask& task) {
    return root_ / "data/containers" / record(task).id / "merged/tmp/go";
  };
  const auto go_lives = upper(lives);
  const auto go_ends = upper(ends);
  const auto monitor = name_process(std::stoi(read_file((go_ends / "../../../conmon.pid").lexically_normal())));
  drop_executor();
  std::ofstream{go_ends}.put('x');
  while (monitor.alive()) std::this_thread::yield();  // it ends while nobody watches
  open_executor();
  std::map<std::string, FoundContainer> found;
  const auto recovered = executor_->recover();
  ASSERT_TRUE(recovered);
  for (const auto& each : *recovered) found[each.task.str()] = each;
  EXPECT_TRUE(found.at(lives.id()).running);
  EXPECT_FALSE(found.at(ends.id()).running);
  EXPECT_EQ(found.at(ends.id()).exit_code, 4);
  EXPECT_FALSE(found.at(waits.id()).running);
  EXPECT_EQ(found.at(waits.id()).info.pid, 0);
  std::ofstream{go_lives}.put('x');
  EXPECT_EQ(wait_exit(lives).exit_code, 9);
  EXPECT_EQ(log_of(lives), "before\nafter\n");
  ASSERT_TRUE(start(waits));
  EXPECT_EQ(wait_exit(waits).exit_code, 6);
  const std::lock_guard lock{mutex_};
  EXPECT_EQ(exits_.count(ends.id()), 0U);  // recover() has said it
}

TEST_F(ExecutorTest, LostMonitorEndsTheContainer) {
  const auto task = script_task("echo ready; sleep 1000");
  const auto id = prepare(task)->container_id;
  const auto pid = start(task)->pid;
  wait_for_output(task, "ready");
  ::kill(std::stoi(read_file(root_ / "data/containers" / id / "conmon.pid")), SIGKILL);
  EXPECT_EQ(wait_exit(task).exit_code, 137);
  EXPECT_NE(record(task).error.find("monitor was lost"), std::string::npos);
  ASSERT_TRUE(remove(task));
  EXPECT_EQ(start_time_of(static_cast<pid_t>(pid)), 0U);
}

TEST_F(ExecutorTest, HalfMadeContainersAreSweptUp) {
  const auto task = script_task("sleep 1000");
  const auto id = prepare(task)->container_id;
  const auto dir = root_ / "data/containers" / id;
  const auto init = name_process(std::stoi(read_file(dir / "init.pid")));
  drop_executor();
  fs::remove(dir / "record.json");  // as if the daemon had been killed just before it wrote that
  open_executor();
  EXPECT_FALSE(fs::exists(dir));
  EXPECT_FALSE(init.alive());
  EXPECT_TRUE(executor_->recover()->empty());
  EXPECT_EQ(read_file("/proc/self/mountinfo").find(id), std::string::npos);
}

// A daemon that is killed at any moment leaves containers that are found again or swept up, and nothing between.
TEST_F(ExecutorTest, KilledDaemonLeavesNothingHalf) {
  SeededRng rng{20261120};
  for (int round = 0; round < 10; ++round) {
    drop_executor();
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const pid_t daemon = ::fork();  // only this thread is left, so the child may do what it likes
    if (daemon == 0) {
      open_executor();
      for (int n = 0;; ++n) {
        const auto task = script_task("sleep 1000");
        (void)!::write(ends[1], "x", 1);
        (void)prepare(task);
        (void)start(task);
        if (n % 3 == 2) (void)remove(task);
      }
    }
    std::array<char, 16> steps;
    ASSERT_GT(::read(ends[0], steps.data(), 1 + rng.below(2)), 0);
    const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds{rng.below(120'000)};
    while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
    ::kill(daemon, SIGKILL);
    wait_for(daemon);
    for (const int end : ends) ::close(end);
    open_executor();
    std::set<std::string> known;
    const auto found = executor_->recover();
    ASSERT_TRUE(found);
    for (const auto& each : *found) known.insert(each.info.container_id);
    std::set<std::string> there;
    for (const auto& entry : fs::directory_iterator{root_ / "data/containers"}) there.insert(entry.path().filename());
    EXPECT_EQ(known, there);
    for (const auto& entry : fs::directory_iterator{root_ / "exec/crun"}) {
      EXPECT_TRUE(known.contains(entry.path().filename())) << entry.path();
    }
  }
  for (const auto& left : executor_->directory().list()) {
    AssignedTask task;
    task.set_id(left.task_id);
    EXPECT_TRUE(remove(task));
    EXPECT_TRUE(processes_naming(left.id).empty());
  }
  EXPECT_EQ(read_file("/proc/self/mountinfo").find((root_ / "data/containers/").string()), std::string::npos);
}

TEST_F(ExecutorTest, EightAtOnceStartFast) {
  constexpr int kCount = 80;
  std::atomic<int> failed = 0;
  std::atomic<int> open = kCount;
  const auto before = std::chrono::steady_clock::now();
  for (int n = 0; n < kCount; ++n) {
    PrepareRequest request;
    request.task = std::make_shared<AssignedTask>(script_task("sleep 1000"));
    const TaskId id{request.task->id()};
    executor_->prepare(std::move(request), [&, id](const Result<ContainerInfo>& made) {
      if (!made) ++failed;
      executor_->start(id, [&](const Result<ContainerInfo>& started) {
        if (!started) ++failed;
        if (--open == 0) open.notify_all();
      });
    });
  }
  for (int left = open; left != 0; left = open) open.wait(left);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - before;
  std::printf("%d containers created and started by 8 threads: %.0f /s\n", kCount, kCount / took.count());
  EXPECT_EQ(failed, 0);
  const auto all = executor_->directory().list();
  EXPECT_EQ(std::count_if(all.begin(), all.end(), [](const auto& each) { return each.running; }), kCount);
}

TEST_F(ExecutorTest, OneAloneIsFast) {
  std::vector<double> times;
  for (int n = 0; n < 10; ++n) {
    const auto task = script_task("sleep 1000");
    const auto before = std::chrono::steady_clock::now();
    ASSERT_TRUE(prepare(task));
    ASSERT_TRUE(start(task));
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - before;
    times.push_back(took.count());
    ASSERT_TRUE(remove(task));
  }
  std::sort(times.begin(), times.end());
  std::printf("prepare and start, one at a time: median %.1f ms, best %.1f ms\n", times[5], times[0]);
}

}  // namespace
}  // namespace skein
