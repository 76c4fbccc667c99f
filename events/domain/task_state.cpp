#include "events/domain/task_state.h"

#include <array>

#include "events/base/check.h"

namespace skein {
namespace {

struct Name {
  TaskState state;
  std::string_view text;
};

constexpr std::array kNames = {
    Name{TASK_NEW, "new"},           Name{TASK_PENDING, "pending"},     Name{TASK_ASSIGNED, "assigned"},
    Name{TASK_ACCEPTED, "accepted"}, Name{TASK_PREPARING, "preparing"}, Name{TASK_READY, "ready"},
    Name{TASK_STARTING, "starting"}, Name{TASK_RUNNING, "running"},     Name{TASK_COMPLETE, "complete"},
    Name{TASK_SHUTDOWN, "shutdown"}, Name{TASK_FAILED, "failed"},       Name{TASK_REJECTED, "rejected"},
    Name{TASK_REMOVE, "remove"},     Name{TASK_ORPHANED, "orphaned"},
};

}  // namespace

std::string_view task_state_name(TaskState state) {
  for (const Name& name : kNames)
    if (name.state == state) return name.text;
  CHECK(false, "unknown task state");
}

std::optional<TaskState> parse_task_state(std::string_view name) {
  for (const Name& known : kNames)
    if (known.text == name) return known.state;
  return std::nullopt;
}

bool is_known_state(TaskState state) { return TaskState_IsValid(state); }

bool is_terminal(TaskState observed) { return observed >= TASK_COMPLETE; }

bool is_runnable_desired(TaskState desired) { return desired <= TASK_COMPLETE; }

bool is_live(const Task& task) { return is_runnable_desired(task.desired()) && !is_terminal(task.status().state()); }

bool may_hold_resources(const Task& task) {
  return task.status().state() >= TASK_ASSIGNED && !is_terminal(task.status().state());
}

}  // namespace skein
