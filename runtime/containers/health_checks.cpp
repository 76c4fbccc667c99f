#include "runtime/containers/health_checks.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "runtime/containers/oci_spec.h"
#include "runtime/containers/random_hex.h"

namespace skein {

struct HealthChecks::Check {
  ProcessName crun;
  std::string process_file, pid_file;
  std::int64_t timeout_ms = 0;  // set before anybody watches
  bool out_of_time = false;     // under the owner's mutex, as long as the check is in running_

  // Ends the process inside; crun follows it. False: crun has not said yet which one that is, and without it nobody
  // would end what it is about to start.
  bool kill() const {
    std::ifstream file{pid_file};
    pid_t inside = 0;
    if (!(file >> inside)) return false;
    signal_process(name_process(inside), SIGKILL);
    return true;
  }
};

namespace {

constexpr int kLookMs = 20;
constexpr int kLooksMax = 500;  // ten seconds for crun to get going
const Refusal kClosed{Errc::unavailable, "the node is shutting down"};

std::string seconds_text(std::int64_t ms) {
  if (ms % 1000 == 0) return std::to_string(ms / 1000) + "s";
  return std::to_string(ms) + "ms";
}

Result<void> write_process(const Container& container, const std::vector<std::string>& argv, const std::string& path) {
  std::ifstream config_file{container.dir + "/config.json"};
  const auto config = nlohmann::json::parse(config_file, nullptr, false);
  if (!config.is_object()) return Refusal{Errc::fault, "cannot read " + container.dir + "/config.json"};
  std::ofstream out{path};
  ::chmod(path.c_str(), 0600);
  out << exec_process(config, argv).dump() << std::flush;
  if (out) return {};
  return Refusal{Errc::fault, "cannot write " + path};
}

}  // namespace

Result<HealthChecks::CheckPtr> HealthChecks::begin(const Container& container, const std::vector<std::string>& argv) {
  auto check = std::make_shared<Check>();
  check->process_file = container.dir + "/exec-" + random_hex(16) + ".json";
  check->pid_file = check->process_file + ".pid";
  if (auto written = write_process(container, argv, check->process_file); !written) return written.refusal();
  const auto pid = crun_.exec(container.record.id, check->process_file, check->pid_file);
  if (!pid) return pid.refusal();
  check->crun = name_process(*pid);
  check->crun.pid = *pid;  // also when it has ended already: it waits to be reaped
  return check;
}

void HealthChecks::run(const Container& container, const std::vector<std::string>& argv, std::int64_t timeout_ms,
                       Done done) {
  {
    const std::lock_guard lock{mutex_};
    if (closed_) return done(kClosed);
    ++beginning_;
  }
  const auto begun = begin(container, argv);
  {
    const std::lock_guard lock{mutex_};
    --beginning_;
    none_left_.notify_all();
    if (begun) running_[(*begun)->crun.pid] = *begun;
  }
  if (!begun) return done(begun.refusal());
  const auto& check = *begun;
  check->timeout_ms = timeout_ms;
  watcher_.watch(open_process(check->crun), [this, check, done = std::move(done)] { ended(check, done); });
  watcher_.after(timeout_ms, [this, check] { run_out(check, kLooksMax); });
}

void HealthChecks::run_out(const CheckPtr& check, int looks_left) {
  const std::lock_guard lock{mutex_};
  const auto found = running_.find(check->crun.pid);
  if (found == running_.end() || found->second != check) return;
  check->out_of_time = true;
  if (check->kill()) return;
  if (looks_left == 0) {
    signal_process(check->crun, SIGKILL);
    return;
  }
  watcher_.after(kLookMs, [this, check, looks_left] { run_out(check, looks_left - 1); });
}

void HealthChecks::ended(const CheckPtr& check, const Done& done) {
  const int code = wait_for(check->crun.pid);
  ::unlink(check->process_file.c_str());
  ::unlink(check->pid_file.c_str());
  bool closed = false;
  {
    const std::lock_guard lock{mutex_};
    closed = closed_;
  }
  if (check->out_of_time) {
    done(Refusal{Errc::fault, "Health check exceeded timeout (" + seconds_text(check->timeout_ms) + ")"});
  } else if (closed) {
    done(kClosed);
  } else {
    done(code);
  }
  const std::lock_guard lock{mutex_};
  running_.erase(check->crun.pid);
  none_left_.notify_all();
}

void HealthChecks::close() {
  std::unique_lock lock{mutex_};
  closed_ = true;
  for (int looks = 0; !running_.empty() || beginning_ > 0; ++looks) {
    for (const auto& [pid, check] : running_) {
      if (!check->kill() && looks > kLooksMax) signal_process(check->crun, SIGKILL);
    }
    none_left_.wait_for(lock, std::chrono::milliseconds{kLookMs});
  }
}

}  // namespace skein
