#include "runtime/containers/crun_executor.h"

#include "runtime/containers/executor_core.h"

namespace skein {

Result<std::unique_ptr<CrunExecutor>> CrunExecutor::open(Options options) {
  auto core = Core::open(std::move(options));
  if (!core) return core.refusal();
  return std::unique_ptr<CrunExecutor>{new CrunExecutor{std::move(*core)}};
}

CrunExecutor::CrunExecutor(std::unique_ptr<Core> core) : core_{std::move(core)} {}
CrunExecutor::~CrunExecutor() = default;

void CrunExecutor::prepare(PrepareRequest request, Done done) { core_->prepare(std::move(request), std::move(done)); }
void CrunExecutor::start(const TaskId& task, Done done) { core_->start(task.str(), std::move(done)); }
void CrunExecutor::stop(const TaskId& task, Done done) { core_->stop(task.str(), std::move(done)); }
void CrunExecutor::remove(const TaskId& task, Done done) { core_->remove(task.str(), std::move(done)); }

void CrunExecutor::exec_health(const TaskId& task, std::vector<std::string> argv, std::int64_t timeout_ms,
                               std::function<void(Result<int>)> done) {
  core_->exec_health(task.str(), std::move(argv), timeout_ms, std::move(done));
}

HealthConfig CrunExecutor::image_health(const TaskId& task) const {
  const auto container = core_->table().get(task.str());
  return container ? container->image_health : HealthConfig{};
}

void CrunExecutor::on_exit(std::function<void(ContainerExit)> told) { core_->on_exit(std::move(told)); }
Result<std::vector<FoundContainer>> CrunExecutor::recover() { return core_->recover(); }
const ContainerDirectory& CrunExecutor::directory() const { return core_->table(); }

}  // namespace skein
