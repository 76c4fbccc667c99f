#include "runtime/api/service_logs.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>

namespace skein {
namespace {

constexpr std::chrono::milliseconds kLookEvery{200};  // for containers that have come

// Lets several followers write whole frames to one stream.
class SharedStream {
 public:
  explicit SharedStream(OutStream& out) : out_{out} {}
  bool write(std::string_view frame) {
    const std::lock_guard lock{mutex_};
    if (!out_.write(frame)) gone_ = true;
    return !gone_;
  }
  bool gone() {
    const std::lock_guard lock{mutex_};
    return gone_ = gone_ || out_.gone();
  }

 private:
  std::mutex mutex_;
  OutStream& out_;
  bool gone_ = false;
};

bool in_scope(const LogScope& scope, const ContainerRecord& container) {
  if (!scope.task_id.empty()) return container.task_id == scope.task_id;
  return container.task && container.task->service_id() == scope.service_id;
}

std::string details_of(const ContainerRecord& container) {
  return details_text({{"com.docker.swarm.node.id", container.task ? container.task->node_id() : ""},
                       {"com.docker.swarm.service.id", container.task ? container.task->service_id() : ""},
                       {"com.docker.swarm.task.id", container.task_id}});
}

void copy_logs(const ApiContext& context, const ContainerRecord& container, const LogQuestion& question,
               SharedStream& out) {
  const LineDress dress{question.timestamps, container.tty, question.details ? details_of(container) : std::string{}};
  auto done = context.containers.logs(
      container.id, question.query, [&](const LogLine& line) { return out.write(log_frame(line, dress)); },
      [&] { return out.gone(); });
  if (!done && !container.tty) out.write(error_frame(done.refusal().text));
}

std::vector<ContainerRecord> containers_of(const ApiContext& context, const LogScope& scope) {
  std::vector<ContainerRecord> found = context.containers.list();
  std::erase_if(found, [&](const ContainerRecord& container) { return !in_scope(scope, container); });
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.created < b.created; });
  return found;
}

void follow(const ApiContext& context, const LogScope& scope, const LogQuestion& question, SharedStream& out) {
  std::map<std::string, std::jthread> followers;  // by container id
  while (!out.gone()) {
    for (const ContainerRecord& container : containers_of(context, scope))
      if (!followers.contains(container.id))
        followers.emplace(container.id, std::jthread{[&, container] { copy_logs(context, container, question, out); }});
    std::this_thread::sleep_for(kLookEvery);
  }
}

// Nodes other than this one that run, or ran, tasks of the scope.
std::set<std::string> other_nodes(const ApiContext& context, const LogScope& scope) {
  const auto gateway = context.gateway();
  if (!gateway) return {};
  return read(*gateway, [&](const View& view) {
    std::vector<TaskPtr> tasks;
    if (scope.task_id.empty())
      tasks = view.tasks_of_service(scope.service_id);
    else if (TaskPtr task = view.task(scope.task_id))
      tasks.push_back(std::move(task));
    std::set<std::string> nodes;
    for (const TaskPtr& task : tasks)
      if (!task->node_id().empty() && task->node_id() != gateway->node_id()) nodes.insert(task->node_id());
    return nodes;
  });
}

void tell_what_is_missing(const ApiContext& context, const LogScope& scope, SharedStream& out) {
  std::string reasons;
  for (const std::string& node : other_nodes(context, scope))
    reasons += (reasons.empty() ? "" : ", ") + ("logs of node " + node + " can only be read there");
  if (reasons.empty() || scope.tty) return;
  out.write(error_frame(
      "rpc error: code = Unknown desc = warning: incomplete log stream. some logs could not be retrieved for the "
      "following reasons: " +
      reasons));
}

}  // namespace

Result<void> stream_logs(const ApiContext& context, const LogScope& scope, const LogQuestion& question,
                         OutStream& out) {
  if (!out.open()) return {};
  SharedStream shared{out};
  if (question.query.follow) {
    follow(context, scope, question, shared);
    return {};
  }
  for (const ContainerRecord& container : containers_of(context, scope))
    copy_logs(context, container, question, shared);
  tell_what_is_missing(context, scope, shared);
  return {};
}

}  // namespace skein
