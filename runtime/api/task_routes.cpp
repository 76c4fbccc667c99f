#include <algorithm>
#include <set>

#include "events/domain/service_dirty.h"
#include "events/domain/task_state.h"
#include "runtime/api/filters.h"
#include "runtime/api/routes.h"
#include "runtime/api/service_json.h"

namespace skein {
namespace {

// The filters with names turned into ids.
struct TaskQuestion {
  Filters filters;
  std::set<std::string> services, nodes;  // empty: any
  bool up_to_date_asked = false, up_to_date = false;
};

Result<TaskQuestion> read_question(const Request& request) {
  auto filters = Filters::parse(request.target.query.get("filters"),
                                {"id", "label", "name", "node", "service", "desired-state", "runtime", "_up-to-date"});
  if (!filters) return filters.refusal();
  for (const std::string& state : filters->values("desired-state"))
    if (!parse_task_state(state)) return Refusal{Errc::invalid, "invalid desired-state filter: '" + state + "'"};
  auto fresh = filters->flag("_up-to-date", false);
  if (!fresh) return fresh.refusal();
  const bool asked = filters->has("_up-to-date");
  return TaskQuestion{std::move(*filters), {}, {}, asked, *fresh};
}

Result<void> resolve(const View& view, TaskQuestion& question) {
  for (const std::string& typed : question.filters.values("service")) {
    auto service = view.find_service(typed);
    // The tasks of a removed service are still there for a while and are asked for by its id.
    if (!service && view.tasks_of_service(typed).empty()) return service.refusal();
    question.services.insert(service ? (*service)->id() : typed);
  }
  for (const std::string& typed : question.filters.values("node")) {
    auto node = view.find_node(typed);
    if (!node) return node.refusal();
    question.nodes.insert((*node)->id());
  }
  return {};
}

std::vector<TaskPtr> candidates(const View& view, const TaskQuestion& question) {
  if (question.services.empty() && question.nodes.empty()) return view.tasks();
  std::vector<TaskPtr> out;
  const bool by_service = !question.services.empty();
  for (const std::string& id : by_service ? question.services : question.nodes) {
    std::vector<TaskPtr> some = by_service ? view.tasks_of_service(id) : view.tasks_on_node(id);
    out.insert(out.end(), some.begin(), some.end());
  }
  return out;
}

bool is_up_to_date(const View& view, const TaskWithSpec& joined) {
  const ServicePtr service = view.service(joined.task->service_id());
  return service && joined.spec && !tasks_dirty(*joined.spec, *service);
}

bool wanted(const View& view, const TaskQuestion& question, const TaskWithSpec& joined) {
  const Task& task = *joined.task;
  const Filters& filters = question.filters;
  const ServiceSpec none;
  const ServiceSpec& spec = joined.spec ? joined.spec->spec() : none;
  return (question.nodes.empty() || question.nodes.contains(task.node_id())) && filters.prefix("id", task.id()) &&
         filters.exact("desired-state", task_state_name(task.desired())) && filters.exact("runtime", "container") &&
         filters.prefix("name", task_name(task, spec.name())) && filters.labels("label", spec.labels()) &&
         (!question.up_to_date_asked || is_up_to_date(view, joined) == question.up_to_date);
}

Result<std::vector<TaskWithSpec>> select(const View& view, TaskQuestion question) {
  if (auto resolved = resolve(view, question); !resolved) return resolved.refusal();
  std::vector<TaskWithSpec> out;
  for (TaskPtr& task : candidates(view, question)) {
    TaskWithSpec joined = join_task(view, std::move(task));
    if (wanted(view, question, joined)) out.push_back(std::move(joined));
  }
  return out;
}

Result<Response> list(const ApiContext& context, const Request& request) {
  auto gateway = manager_of(context);
  if (!gateway) return gateway.refusal();
  auto question = read_question(request);
  if (!question) return question.refusal();
  auto tasks = read(**gateway, [&](const View& view) { return select(view, *question); });
  if (!tasks) return tasks.refusal();
  Json out = Json::array();
  for (const TaskWithSpec& task : *tasks) out.push_back(task_to_json(task));
  return json_response(out);
}

Result<Response> inspect(const ApiContext& context, const Request& request) {
  auto gateway = manager_of(context);
  if (!gateway) return gateway.refusal();
  auto task = read(**gateway, [&](const View& view) -> Result<TaskWithSpec> {
    auto found = view.find_task(request.capture("id"));
    if (!found) return found.refusal();
    return join_task(view, std::move(*found));
  });
  if (!task) return task.refusal();
  return json_response(task_to_json(*task));
}

}  // namespace

void add_task_routes(Router& router, const ApiContext& c) {
  router.add("GET", "/tasks", [&c](const Request& r) { return list(c, r); });
  router.add("GET", "/tasks/{id}", [&c](const Request& r) { return inspect(c, r); });
}

}  // namespace skein
