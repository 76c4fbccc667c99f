// ContainerTable: the containers of this machine in memory, each change written beside its container first.
//
// Is: the ContainerDirectory (list, find, logs) and the executor's own memory. Is not: a policy.
// Invariants: one container a task; what a reader sees has been saved. A failed save is logged and kept in memory: the
// container is there all the same.
// Threads: any. Writers of one task take turns (Lanes); readers get copies.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "runtime/containers/container.h"

namespace skein {

class ContainerTable final : public ContainerDirectory {
 public:
  std::optional<Container> get(const std::string& task_id) const;
  std::vector<Container> all() const;
  // Of every running container: calls with its log. Readers wait no longer than the calls take.
  void each_log(
      const std::function<void(const LogSettings&, const std::string& path, const std::string& dir)>& call) const;
  // Saves, then shows. The result is that of saving.
  Result<void> put(const Container& container);
  void put_loaded(Container container);
  void erase(const std::string& task_id);

  std::vector<ContainerRecord> list() const override;
  Result<ContainerRecord> find(const std::string& typed) const override;
  Result<void> logs(const std::string& id, const LogQuery& query, const std::function<bool(const LogLine&)>& line,
                    const std::function<bool()>& cancelled) const override;
  Result<ContainerRecord> of_task(const std::string& task_id) const override;

 private:
  Result<Container> find_container(const std::string& typed) const;
  bool running(const std::string& task_id) const;

  mutable std::shared_mutex mutex_;
  std::map<std::string, Container> by_task_;
};

}  // namespace skein
