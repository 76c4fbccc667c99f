#include "runtime/containers/container_table.h"

#include <mutex>

#include "runtime/containers/log_reader.h"

namespace skein {

std::optional<Container> ContainerTable::get(const std::string& task_id) const {
  const std::shared_lock lock{mutex_};
  const auto found = by_task_.find(task_id);
  if (found == by_task_.end()) return std::nullopt;
  return found->second;
}

std::vector<Container> ContainerTable::all() const {
  const std::shared_lock lock{mutex_};
  std::vector<Container> out;
  for (const auto& [task, container] : by_task_) out.push_back(container);
  return out;
}

void ContainerTable::each_log(
    const std::function<void(const LogSettings&, const std::string&, const std::string&)>& call) const {
  const std::shared_lock lock{mutex_};
  for (const auto& [task, container] : by_task_) {
    if (container.phase == Phase::running) call(container.log, container.record.log_path, container.dir);
  }
}

Result<void> ContainerTable::put(const Container& container) {
  auto saved = save_container(container);
  put_loaded(container);
  return saved;
}

void ContainerTable::put_loaded(Container container) {
  const std::lock_guard lock{mutex_};
  by_task_[container.record.task_id] = std::move(container);
}

void ContainerTable::erase(const std::string& task_id) {
  const std::lock_guard lock{mutex_};
  by_task_.erase(task_id);
}

std::vector<ContainerRecord> ContainerTable::list() const {
  const std::shared_lock lock{mutex_};
  std::vector<ContainerRecord> out;
  for (const auto& [task, container] : by_task_) out.push_back(container.record);
  return out;
}

Result<Container> ContainerTable::find_container(const std::string& typed) const {
  const std::shared_lock lock{mutex_};
  const Container* by_prefix = nullptr;
  int prefixes = 0;
  for (const auto& [task, container] : by_task_) {
    const auto& record = container.record;
    if (record.id == typed || record.name == typed || "/" + record.name == typed) return container;
    if (!typed.empty() && record.id.starts_with(typed)) by_prefix = &container, ++prefixes;
  }
  if (prefixes == 1) return *by_prefix;
  if (prefixes > 1) return Refusal{Errc::invalid, "multiple IDs found with provided prefix: " + typed};
  return Refusal{Errc::not_found, "No such container: " + typed};
}

Result<ContainerRecord> ContainerTable::find(const std::string& typed) const {
  const auto found = find_container(typed);
  if (!found) return found.refusal();
  return found->record;
}

Result<ContainerRecord> ContainerTable::of_task(const std::string& task_id) const {
  const auto found = get(task_id);
  if (!found) return Refusal{Errc::not_found, "No such container: no container of task " + task_id + " on this node"};
  return found->record;
}

bool ContainerTable::running(const std::string& task_id) const {
  const std::shared_lock lock{mutex_};
  const auto found = by_task_.find(task_id);
  return found != by_task_.end() && found->second.phase != Phase::ended;
}

Result<void> ContainerTable::logs(const std::string& id, const LogQuery& query,
                                  const std::function<bool(const LogLine&)>& line,
                                  const std::function<bool()>& cancelled) const {
  const auto found = find_container(id);
  if (!found) return found.refusal();
  if (!found->log.kept()) {
    return Refusal{Errc::unimplemented, "configured logging driver does not support reading: " + found->log.driver};
  }
  const auto& task = found->record.task_id;
  const LogSource source{found->record.log_path, [this, &task] { return running(task); }};
  return read_log(source, query, line, cancelled);
}

}  // namespace skein
