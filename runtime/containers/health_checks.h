// HealthChecks: commands run inside running containers, each with a time limit.
//
// Is: `crun exec` with the container's own user, environment and capabilities, its exit code, and the end of it when
// it takes too long (the process inside and crun). Is not: a schedule or a verdict (runners have those).
// Invariant: `done` is called exactly once for every run(), also when close() ends the check.
// Threads: run from any; `done` runs on the watcher's thread. Errors: Docker's "Health check exceeded timeout (...)".
#pragma once
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/containers/container.h"
#include "runtime/containers/crun.h"
#include "runtime/containers/watcher.h"

namespace skein {

class HealthChecks {
 public:
  using Done = std::function<void(Result<int>)>;
  HealthChecks(const Crun& crun, Watcher& watcher) : crun_{crun}, watcher_{watcher} {}

  void run(const Container& container, const std::vector<std::string>& argv, std::int64_t timeout_ms, Done done);
  // Ends what is under way and waits for it; later runs are refused. The watcher must still be open.
  void close();

 private:
  struct Check;
  using CheckPtr = std::shared_ptr<Check>;
  Result<CheckPtr> begin(const Container& container, const std::vector<std::string>& argv);
  void run_out(const CheckPtr& check, int looks_left);
  void ended(const CheckPtr& check, const Done& done);

  const Crun& crun_;
  Watcher& watcher_;
  std::mutex mutex_;
  std::condition_variable none_left_;
  bool closed_ = false;
  int beginning_ = 0;  // run() is between its first look and the entry in running_
  std::map<pid_t, CheckPtr> running_;
};

}  // namespace skein
