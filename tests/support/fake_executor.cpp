#include "tests/support/fake_executor.h"

#include <algorithm>

namespace skein::test {

void FakeExecutor::answer(Done done, Result<ContainerInfo> info) {
  if (!waits) return done(std::move(info));
  kept_.push_back([done = std::move(done), info = std::move(info)] { done(info); });
}

void FakeExecutor::answer_all() {
  for (; !kept_.empty(); kept_.pop_front()) kept_.front()();
}

void FakeExecutor::prepare(PrepareRequest request, Done done) {
  const std::string& id = request.task->id();
  calls.push_back("prepare " + id);
  if (!refuse_prepare.empty()) return answer(std::move(done), Refusal{Errc::not_found, refuse_prepare});
  containers[id] = {false, request.task, std::move(request.files), std::move(request.registry_auth)};
  answer(std::move(done), info_of(id));
}

void FakeExecutor::start(const TaskId& task, Done done) {
  calls.push_back("start " + task.str());
  containers.at(task.str()).running = true;
  answer(std::move(done), info_of(task.str()));
}

void FakeExecutor::stop(const TaskId& task, Done done) {
  calls.push_back("stop " + task.str());
  if (containers.at(task.str()).running) exit(task.str(), 143);
  answer(std::move(done), info_of(task.str()));
}

void FakeExecutor::remove(const TaskId& task, Done done) {
  calls.push_back("remove " + task.str());
  containers.erase(task.str());
  answer(std::move(done), ContainerInfo{});
}

Result<std::vector<FoundContainer>> FakeExecutor::recover() {
  std::vector<FoundContainer> found;
  for (const auto& [id, container] : containers) {
    FoundContainer& one = found.emplace_back();
    one.task = TaskId{id};
    one.info = info_of(id);
    one.running = container.running;
  }
  return found;
}

void FakeExecutor::exit(const std::string& task, int code) {
  Container& container = containers.at(task);
  CHECK(container.running, task);
  container.running = false;
  if (told_) told_({TaskId{task}, code, false, {}});
}

std::size_t FakeExecutor::running() const {
  return static_cast<std::size_t>(
      std::count_if(containers.begin(), containers.end(), [](const auto& item) { return item.second.running; }));
}

}  // namespace skein::test
