// Services and tasks as Docker shows them, and the counts of `service ls`. Pure; any thread.
#pragma once
#include <functional>
#include <vector>

#include "events/views/view.h"
#include "runtime/api/json_out.h"

namespace skein {

struct ServiceCounts {
  std::uint64_t running = 0, desired = 0, completed = 0;
};
// Source: swarmkit manager/controlapi/service.go ListServiceStatuses. Jobs count their current iteration only.
ServiceCounts count_tasks(const Service& service, const std::vector<TaskPtr>& tasks);

struct ServiceShow {
  bool defaults = false;                  // insertDefaults=true
  const ServiceCounts* counts = nullptr;  // status=true
};
Json service_to_json(const Service& service, const ServiceShow& show);

// A task joined with the spec it was born with.
struct TaskWithSpec {
  TaskPtr task;
  SpecPtr spec;
  std::vector<NetworkPtr> networks;  // of its attachments; those that are gone are left out
};
TaskWithSpec join_task(const View& view, TaskPtr task);
std::string task_name(const Task& task, const std::string& service_name);  // "web.1.<id>", "glob.<node>.<id>"
Json task_to_json(const TaskWithSpec& joined);

}  // namespace skein
