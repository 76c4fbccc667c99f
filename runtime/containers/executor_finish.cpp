// The executor's second half: ends of containers, stopping, removing, health checks, recovery.
#include <poll.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include "runtime/containers/executor_core.h"
#include "runtime/containers/system_time.h"

namespace skein {
namespace {

constexpr std::int64_t kDefaultGraceNs = 10'000'000'000;
constexpr int kEndTimeoutMs = 10'000;
constexpr int kUnknownExit = 137;  // nobody saw the end: as if killed

// When conmon wrote the exit code, which may be long before we read it.
WallTime written_at(const std::string& path) {
  struct stat info = {};
  if (::stat(path.c_str(), &info) != 0) return system_time();
  return {info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec};
}

std::int64_t grace_ms(const AssignedTask& task) {
  const auto& spec = task.spec().container();
  return (spec.has_stop_grace_ns() ? spec.stop_grace_ns() : kDefaultGraceNs) / 1'000'000;
}

}  // namespace

void CrunExecutor::Core::watch(const Container& container) {
  watcher_.watch(open_process(container.monitor), [this, task = container.record.task_id, id = container.record.id] {
    lanes_.post(task, [this, task, id](const Turn&) { settle(task, id); });
  });
}

void CrunExecutor::Core::settle(const std::string& task, const std::string& id) {
  const auto container = table_.get(task);
  if (!container || container->record.id != id || container->phase == Phase::ended) return;
  const bool started = container->phase == Phase::running;
  const auto after = ended(*container);
  if (auto saved = table_.put(after); !saved) spdlog::error("containers: {}", saved.refusal().text);
  if (started && told_) told_({TaskId{task}, after.record.exit_code, after.record.oom_killed, after.record.finished});
  answer_stops(task, after.info());
}

Container CrunExecutor::Core::ended(Container container) {
  auto& record = container.record;
  const auto code = read_exit_code(container.dir, record.id);
  if (!code) {
    signal_process(container.init, SIGKILL);
    record.error = "the container's monitor was lost; the container has been killed";
    spdlog::error("containers: {}: {}", record.id, record.error);
  }
  record.exit_code = code.value_or(kUnknownExit);
  record.oom_killed = cgroups_.oom_kills(record.id) > 0;
  record.finished = written_at(container.dir + "/" + record.id);
  record.running = false;
  record.pid = 0;
  container.phase = Phase::ended;
  return container;
}

void CrunExecutor::Core::answer_stops(const std::string& task, const Result<ContainerInfo>& answer) {
  std::vector<Done> waiting;
  {
    const std::lock_guard lock{stops_mutex_};
    const auto [begin, end] = stops_.equal_range(task);
    for (auto each = begin; each != end; ++each) waiting.push_back(std::move(each->second));
    stops_.erase(begin, end);
  }
  for (const auto& done : waiting) done(answer);
}

void CrunExecutor::Core::stop(const std::string& task, Done done) {
  lanes_.post(task, [this, task, done = std::move(done)](const Turn&) { stop_now(task, done); });
}

void CrunExecutor::Core::stop_now(const std::string& task, Done done) {
  const auto container = table_.get(task);
  if (!container) return done(ContainerInfo{});
  if (container->phase == Phase::ended || !container->start_error.empty()) return done(container->info());
  {
    const std::lock_guard lock{stops_mutex_};
    stops_.emplace(task, std::move(done));
  }
  if (container->phase == Phase::created) {  // nothing runs in it yet that could be asked
    signal_process(container->init, SIGKILL);
    return;
  }
  signal_process(container->init, container->stop_signal);
  kill_after_grace(task, container->init, grace_ms(*container->record.task));
}

void CrunExecutor::Core::kill_after_grace(const std::string& task, const ProcessName& init, std::int64_t grace) {
  watcher_.after(grace, [init, task] {
    if (!signal_process(init, SIGKILL)) return;
    spdlog::info("containers: task {} did not stop in time and was killed", task);
  });
}

void CrunExecutor::Core::remove(const std::string& task, Done done) {
  lanes_.post(task, [this, task, done = std::move(done)](const Turn&) { done(remove_now(task)); });
}

Result<ContainerInfo> CrunExecutor::Core::remove_now(const std::string& task) {
  auto container = table_.get(task);
  if (!container) return ContainerInfo{};
  if (container->phase != Phase::ended && container->start_error.empty()) {
    signal_process(container->init, SIGKILL);
    wait_for_end(*container);
    settle(task, container->record.id);
  }
  take_down(*container);
  table_.erase(task);
  return container->info();
}

void CrunExecutor::Core::wait_for_end(const Container& container) {
  for (const auto& name : {container.init, container.monitor}) {
    const auto process = open_process(name);
    if (!process) continue;
    struct pollfd waiting = {process.get(), POLLIN, 0};
    if (::poll(&waiting, 1, kEndTimeoutMs) == 0) spdlog::error("containers: {} does not end", container.record.id);
  }
}

void CrunExecutor::Core::take_down(const Container& container) {
  crun_.remove(container.record.id);
  cgroups_.remove(container.record.id);
  builder_.discard(container.dir, container.anonymous_volumes);
}

void CrunExecutor::Core::exec_health(const std::string& task, std::vector<std::string> argv, std::int64_t timeout_ms,
                                     std::function<void(Result<int>)> done) {
  workers_.post([this, task, argv = std::move(argv), timeout_ms, done = std::move(done)] {
    const auto container = table_.get(task);
    if (!container || container->phase != Phase::running) {
      return done(Refusal{Errc::conflict, "Container of task " + task + " is not running"});
    }
    checks_.run(*container, argv, timeout_ms, done);
  });
}

Result<std::vector<FoundContainer>> CrunExecutor::Core::recover() {
  std::vector<FoundContainer> found;
  for (auto& container : table_.all()) {
    if (container.phase != Phase::ended && container.start_error.empty()) {
      if (container.monitor.alive()) {
        watch(container);
      } else {
        container = ended(std::move(container));
        if (auto saved = table_.put(container); !saved) return saved.refusal();
      }
    }
    found.push_back({TaskId{container.record.task_id}, container.info(), container.phase == Phase::running,
                     container.record.exit_code, container.record.oom_killed, container.netns_path});
  }
  return found;
}

}  // namespace skein
