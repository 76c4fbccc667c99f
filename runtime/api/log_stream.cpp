#include "runtime/api/log_stream.h"

#include <algorithm>

#include "runtime/api/api_context.h"
#include "runtime/api/record_json.h"
#include "runtime/api/routes.h"

namespace skein {
namespace {

constexpr std::chrono::milliseconds kLookEvery{250};  // whether the client is still there

const char* name_of(Aggregate kind) {
  switch (kind) {
    case Aggregate::log:
      return "log";
    case Aggregate::cluster:
      return "cluster";
    case Aggregate::node:
      return "node";
    case Aggregate::service:
      return "service";
    case Aggregate::task:
      return "task";
    case Aggregate::network:
      return "network";
    case Aggregate::secret:
      return "secret";
    case Aggregate::config:
      return "config";
  }
  return "";
}

bool wanted(const LogStreamQuestion& question, const Event& event, const Json& line) {
  return std::all_of(question.filters.begin(), question.filters.end(), [&](const auto& filter) {
    const auto& [key, values] = filter;
    if (key == "aggregate")
      return event.body_case() != Event::BODY_NOT_SET && values.contains(name_of(aggregate_of(event)));
    return values.contains(line[key].template get<std::string>());
  });
}

bool send(const Record& record, const LogStreamQuestion& question, const std::function<bool(const Json&)>& line) {
  for (const Event& event : record.events()) {
    const Json json = event_line(record, event);
    if (wanted(question, event, json) && !line(json)) return false;
  }
  return true;
}

Result<Response> stream(const ApiContext& context, const Request& request) {
  auto gateway = manager_of(context);
  if (!gateway) return gateway.refusal();
  auto question = read_log_stream_question(request.target.query);
  if (!question) return question.refusal();
  Response response;
  response.content_type = "application/x-ndjson";
  response.stream = [&context, gateway = *gateway, question = *question](OutStream& out) -> Result<void> {
    if (question.follow) out.open();
    auto done = stream_records(
        *gateway, question, [&](const Json& line) { return out.write(dump(line) + "\n"); },
        [&] { return out.gone() || context.gateway() != gateway; });
    if (done) out.open();
    return done;
  };
  return response;
}

}  // namespace

Result<LogStreamQuestion> read_log_stream_question(const Query& query) {
  LogStreamQuestion question;
  auto from = query.natural("from");
  if (!from) return from.refusal();
  question.from = LogIndex{std::max<std::uint64_t>(1, from->value_or(1))};
  question.follow = query.flag("follow");
  for (const std::string& filter : query.all("filter")) {
    const std::size_t equals = filter.find('=');
    const std::string key = filter.substr(0, equals);
    const bool known = key == "type" || key == "id" || key == "principal" || key == "via" || key == "node" ||
                       key == "command" || key == "kind" || key == "aggregate";
    if (!known || equals == std::string::npos) return Refusal{Errc::invalid, "invalid filter '" + filter + "'"};
    question.filters[key].insert(filter.substr(equals + 1));
  }
  return question;
}

Result<void> stream_records(Gateway& gateway, const LogStreamQuestion& question,
                            const std::function<bool(const Json&)>& line, const std::function<bool()>& gone) {
  // Without follow it ends where the log ended when it was asked for.
  const LogIndex end = read(gateway, [](const View& view) { return view.index(); });
  LogIndex at = question.from;
  const auto tail = gateway.tail(at);
  while (!gone() && (question.follow || at <= end)) {
    auto records = tail->next(kLookEvery);
    if (!records) return records.refusal();
    for (const RecordPtr& record : *records) {
      if (!question.follow && record->index() > end.value()) return {};
      if (!send(*record, question, line)) return {};
      at = next(LogIndex{record->index()});
    }
  }
  return {};
}

void add_record_routes(Router& router, const ApiContext& c) {
  router.add("GET", "/skein/v1/log", [&c](const Request& r) { return stream(c, r); });
}

}  // namespace skein
