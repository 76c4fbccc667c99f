#include "runtime/api/container_json.h"
#include "runtime/api/log_frames.h"
#include "runtime/api/routes.h"
#include "runtime/api/service_logs.h"

namespace skein {
namespace {

std::string container_details(const ContainerRecord& container) {
  const auto labels = container_labels(container);
  return details_text({labels.begin(), labels.end()});
}

Result<Response> container_logs(const ApiContext& context, const Request& request) {
  auto question = read_log_question(request.target.query);
  if (!question) return question.refusal();
  auto container = context.containers.find(request.capture("id"));
  if (!container) return container.refusal();
  const LineDress dress{question->timestamps, container->tty,
                        question->details ? container_details(*container) : std::string{}};
  Response response;
  response.content_type = log_content_type(request, container->tty);
  response.stream = [&context, id = container->id, dress, query = question->query](OutStream& out) -> Result<void> {
    // A driver that cannot be read back is refused before the first line and keeps its status.
    if (query.follow) out.open();
    auto done = context.containers.logs(
        id, query, [&](const LogLine& line) { return out.write(log_frame(line, dress)); }, [&] { return out.gone(); });
    if (done) out.open();
    return done;
  };
  return response;
}

Response scope_logs(const ApiContext& context, const Request& request, const LogScope& scope,
                    const LogQuestion& question) {
  Response response;
  response.content_type = log_content_type(request, scope.tty);
  response.stream = [&context, scope, question](OutStream& out) { return stream_logs(context, scope, question, out); };
  return response;
}

Result<Response> service_logs(const ApiContext& context, const Request& request) {
  auto gateway = manager_of(context);
  if (!gateway) return gateway.refusal();
  auto question = read_log_question(request.target.query);
  if (!question) return question.refusal();
  auto service = read(**gateway, [&](const View& view) { return view.find_service(request.capture("id")); });
  if (!service) return service.refusal();
  return scope_logs(context, request, {(*service)->id(), "", (*service)->spec().task().container().tty()}, *question);
}

Result<Response> task_logs(const ApiContext& context, const Request& request) {
  auto gateway = manager_of(context);
  if (!gateway) return gateway.refusal();
  auto question = read_log_question(request.target.query);
  if (!question) return question.refusal();
  auto scope = read(**gateway, [&](const View& view) -> Result<LogScope> {
    auto task = view.find_task(request.capture("id"));
    if (!task) return task.refusal();
    const SpecPtr spec = view.spec_of(**task);
    return LogScope{"", (*task)->id(), spec && spec->spec().task().container().tty()};
  });
  if (!scope) return scope.refusal();
  return scope_logs(context, request, *scope, *question);
}

}  // namespace

void add_log_routes(Router& router, const ApiContext& c) {
  router.add("GET", "/containers/{id}/logs", [&c](const Request& r) { return container_logs(c, r); });
  router.add("GET", "/services/{id}/logs", [&c](const Request& r) { return service_logs(c, r); });
  router.add("GET", "/tasks/{id}/logs", [&c](const Request& r) { return task_logs(c, r); });
}

}  // namespace skein
