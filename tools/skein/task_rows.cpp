#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tools/skein/rows.h"
#include "tools/skein/words.h"

namespace skein::cli {
namespace {

constexpr std::size_t kErrorMax = 30;

struct Row {
  const Task* task = nullptr;
  const SpecVersion* spec = nullptr;
  std::string label;
};

const SpecVersion* spec_of(const control::Answer& answer, const Task& task) {
  for (const SpecVersion& spec : answer.specs())
    if (spec.service_id() == task.service_id() && spec.version() == task.spec_version()) return &spec;
  return nullptr;
}

std::string service_name(const control::Answer& answer, const Task& task) {
  for (const Service& service : answer.services())
    if (service.id() == task.service_id()) return service.spec().name();
  const SpecVersion* spec = spec_of(answer, task);
  return spec ? spec->spec().name() : task.service_id();
}

std::string image_of(const Row& row, bool whole) {
  if (!row.spec) return "";
  const std::string& image = row.spec->spec().task().container().image();
  return whole ? image : without_digest(image);
}

std::string error_text(const Task& task, bool whole) {
  std::string error = task.status().error();
  if (error.empty()) return "";
  if (!whole && width_of(error) > kErrorMax) error = error.substr(0, kErrorMax - 1) + "…";
  return in_quotes(error);
}

std::string current_state(const Task& task, WallTime now) {
  const std::int64_t for_ns = std::max<std::int64_t>(0, now.ns - task.status().at_ns());
  return capitalised(state_name(task.status().state())) + " " + lower(human_duration(for_ns)) + " ago";
}

// By name; of one name the newest first.
std::vector<Row> in_order(const control::Answer& answer) {
  std::vector<Row> rows;
  for (const Task& task : answer.tasks()) rows.push_back({&task, spec_of(answer, task), task_label(answer, task)});
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    if (a.label != b.label) return natural_less(a.label, b.label);
    return a.task->created_at_ns() > b.task->created_at_ns();
  });
  return rows;
}

}  // namespace

std::string state_name(TaskState state) {
  const std::string name = TaskState_Name(state);  // "TASK_RUNNING"
  return lower(std::string_view{name}.substr(std::min<std::size_t>(5, name.size())));
}

Style style_of(TaskState state) {
  switch (state) {
    case TASK_RUNNING:
    case TASK_COMPLETE:
      return Style::good;
    case TASK_FAILED:
    case TASK_REJECTED:
    case TASK_ORPHANED:
      return Style::bad;
    case TASK_SHUTDOWN:
    case TASK_REMOVE:
      return Style::faint;
    default:
      return Style::busy;
  }
}

std::string task_label(const control::Answer& answer, const Task& task) {
  const std::string slot = task.slot() != 0 ? std::to_string(task.slot()) : task.node_id();
  return service_name(answer, task) + "." + slot;
}

Listing task_rows(const control::Answer& answer, const RowOptions& options) {
  Listing out{{{"ID", "ID"},
               {"NAME", "Name"},
               {"IMAGE", "Image"},
               {"NODE", "Node"},
               {"DESIRED STATE", "DesiredState"},
               {"CURRENT STATE", "CurrentState"},
               {"ERROR", "Error"},
               {"PORTS", "Ports"}}};
  std::string above;
  for (const Row& row : in_order(answer)) {
    const Task& task = *row.task;
    Cell name{row.label == above ? " \\_ " + row.label : row.label};
    name.json = row.label;
    above = row.label;
    out.add({options.no_trunc ? task.id() : short_id(task.id()),
             std::move(name),
             image_of(row, options.no_trunc),
             hostname_of(answer, task.node_id()),
             capitalised(state_name(task.desired())),
             {current_state(task, options.now), style_of(task.status().state())},
             error_text(task, options.no_trunc),
             ports_text(task.status().host_ports(), PortConfig::HOST)});
  }
  return out;
}

}  // namespace skein::cli
