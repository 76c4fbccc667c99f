#include "runtime/control/task_logs.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

namespace skein {
namespace {

constexpr std::chrono::milliseconds kLookEvery{200};  // for containers that have come
constexpr int kLinesMax = 256;                        // a batch
constexpr std::size_t kBatchBytes = 64 * 1024;

struct Scope {
  std::string service_id, task_id;  // one of them
  std::set<std::string> other_nodes;
};

Result<Scope> scope_in(const View& view, const control::LogsRequest& request, const std::string& here) {
  Scope scope;
  std::vector<TaskPtr> tasks;
  if (!request.task().empty()) {
    const auto task = view.find_task(request.task());
    if (!task) return task.refusal();
    scope.task_id = (*task)->id();
    tasks.push_back(*task);
  } else {
    const auto service = view.find_service(request.service());
    if (!service) return service.refusal();
    scope.service_id = (*service)->id();
    tasks = view.tasks_of_service(scope.service_id);
  }
  for (const TaskPtr& task : tasks)
    if (!task->node_id().empty() && task->node_id() != here) scope.other_nodes.insert(task->node_id());
  return scope;
}

bool in_scope(const Scope& scope, const ContainerRecord& container) {
  if (!scope.task_id.empty()) return container.task_id == scope.task_id;
  return container.task && container.task->service_id() == scope.service_id;
}

// Gathers one container's lines; a batch goes when it is full, or at once when following.
class Batcher {
 public:
  Batcher(const LogSink& sink, std::mutex& mutex, bool at_once) : sink_{sink}, mutex_{mutex}, at_once_{at_once} {}

  bool add(const std::string& task_id, const LogLine& line) {
    control::LogLine& out = *batch_.add_lines();
    out.set_task_id(task_id);
    out.set_error_stream(line.error_stream);
    out.set_at_ns(line.at.ns);
    out.set_text(line.text);
    bytes_ += line.text.size();
    return at_once_ || batch_.lines_size() >= kLinesMax || bytes_ >= kBatchBytes ? flush() : true;
  }
  void warn(std::string text) { *batch_.add_warnings() = std::move(text); }
  bool flush() {
    const std::lock_guard lock{mutex_};
    const bool empty = batch_.lines().empty() && batch_.warnings().empty();
    const bool sent = empty || sink_.send(batch_);
    batch_.Clear();
    bytes_ = 0;
    return sent;
  }

 private:
  const LogSink& sink_;
  std::mutex& mutex_;
  const bool at_once_;
  control::LogBatch batch_;
  std::size_t bytes_ = 0;
};

class Reader {
 public:
  Reader(const ContainerDirectory& containers, const control::LogsRequest& request, const LogSink& sink, Scope scope)
      : containers_{containers}, sink_{sink}, scope_{std::move(scope)}, follow_{request.follow()} {
    query_.follow = request.follow();
    if (request.has_tail()) query_.tail = request.tail();
    query_.since = WallTime{request.since_ns()};
    query_.until = WallTime{request.until_ns()};
  }

  void read_all() {
    for (const ContainerRecord& container : of_scope()) copy(container);
    Batcher last{sink_, mutex_, false};
    for (const std::string& node : scope_.other_nodes) last.warn("logs of node " + node + " can only be read there");
    last.flush();
  }

  void follow() {
    std::map<std::string, std::jthread> followers;  // by container id
    while (!gone()) {
      for (const ContainerRecord& container : of_scope())
        if (!followers.contains(container.id))
          followers.emplace(container.id, std::jthread{[this, container] { copy(container); }});
      std::this_thread::sleep_for(kLookEvery);
    }
  }

 private:
  bool gone() { return left_ || sink_.gone(); }

  void copy(const ContainerRecord& container) {
    Batcher batcher{sink_, mutex_, follow_};
    const auto done = containers_.logs(
        container.id, query_,
        [&](const LogLine& line) {
          if (!batcher.add(container.task_id, line)) left_ = true;
          return !left_;
        },
        [&] { return gone(); });
    if (!done) batcher.warn(done.refusal().text);
    if (!batcher.flush()) left_ = true;
  }

  std::vector<ContainerRecord> of_scope() const {
    std::vector<ContainerRecord> found = containers_.list();
    std::erase_if(found, [&](const ContainerRecord& each) { return !in_scope(scope_, each); });
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.created < b.created; });
    return found;
  }

  const ContainerDirectory& containers_;
  const LogSink& sink_;
  const Scope scope_;
  const bool follow_;
  LogQuery query_;
  std::mutex mutex_;
  std::atomic<bool> left_{false};
};

}  // namespace

Result<void> stream_task_logs(Gateway& gateway, const ContainerDirectory& containers,
                              const control::LogsRequest& request, const LogSink& sink) {
  Result<Scope> scope = Refusal{Errc::fault, "the state was not read"};
  const std::string here = gateway.node_id();
  gateway.read([&](const View& view) { scope = scope_in(view, request, here); });
  if (!scope) return scope.refusal();
  Reader reader{containers, request, sink, *scope};
  if (request.follow())
    reader.follow();
  else
    reader.read_all();
  return {};
}

}  // namespace skein
