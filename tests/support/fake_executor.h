// FakeExecutor: containers that exist as data. Answers inside the call, unless told to wait or to refuse; ends
// containers when the test says so. For one thread.
#pragma once
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "actors/ports/executor.h"

namespace skein::test {

class FakeExecutor final : public Executor {
 public:
  struct Container {
    bool running = false;
    AssignedTaskPtr task;  // nullptr: found
    std::vector<TaskFile> files;
    std::string registry_auth;
  };

  void prepare(PrepareRequest request, Done done) override;
  void start(const TaskId& task, Done done) override;
  void stop(const TaskId& task, Done done) override;
  void remove(const TaskId& task, Done done) override;
  void exec_health(const TaskId&, std::vector<std::string>, std::int64_t,
                   std::function<void(Result<int>)> done) override {
    done(0);
  }
  HealthConfig image_health(const TaskId&) const override { return {}; }
  void on_exit(std::function<void(ContainerExit)> told) override { told_ = std::move(told); }
  Result<std::vector<FoundContainer>> recover() override;

  void exit(const std::string& task, int code);  // REQUIRES it runs
  std::size_t running() const;
  // The container of another life.
  void leave_behind(const std::string& task, bool running) { containers[task].running = running; }

  std::map<std::string, Container> containers;  // by task
  std::vector<std::string> calls;               // "prepare t1", ...
  std::string refuse_prepare;                   // why; empty: it does not
  bool waits = false;                           // answers are kept
  void answer_all();                            // gives the kept ones

 private:
  void answer(Done done, Result<ContainerInfo> info);
  static ContainerInfo info_of(const std::string& task) { return {"container of " + task, 7}; }

  std::function<void(ContainerExit)> told_;
  std::deque<std::function<void()>> kept_;
};

}  // namespace skein::test
