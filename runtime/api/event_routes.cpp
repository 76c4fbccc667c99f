#include <algorithm>
#include <array>
#include <thread>

#include "runtime/api/event_narrator.h"
#include "runtime/api/filters.h"
#include "runtime/api/query_time.h"
#include "runtime/api/routes.h"

namespace skein {
namespace {

constexpr std::chrono::milliseconds kLookEvery{250};  // whether the client is still there, and at the clock

constexpr std::array kObjectTypes{"container", "network", "volume", "plugin", "daemon",
                                  "node",      "service", "secret", "config"};

struct EventQuestion {
  Filters filters;
  std::optional<WallTime> since, until;
};

Result<EventQuestion> read_question(const Request& request) {
  const Query& query = request.target.query;
  auto filters =
      Filters::parse(query.get("filters"), {"type", "event", "container", "image", "network", "volume", "plugin",
                                            "daemon", "label", "scope", "node", "service", "secret", "config"});
  if (!filters) return filters.refusal();
  auto since = query_time(query.get("since"));
  if (!since) return since.refusal();
  auto until = query_time(query.get("until"));
  if (!until) return until.refusal();
  if (*since && *until && **until < **since) return Refusal{Errc::invalid, "`since` time cannot be after `until` time"};
  return EventQuestion{std::move(*filters), *since, *until};
}

std::string attribute(const Notice& notice, const std::string& key) {
  const auto it = notice.attributes.find(key);
  return it == notice.attributes.end() ? std::string{} : it->second;
}

// `service=web`: notices of that type, by id or name.
bool of_object(const Filters& filters, const char* type, const Notice& notice) {
  if (!filters.has(type)) return true;
  return notice.type == type && (filters.prefix(type, notice.id) || filters.exact(type, attribute(notice, "name")));
}

bool has_label(const Filters& filters, const Notice& notice) {
  Labels labels;
  for (const auto& [key, value] : notice.attributes) {
    Label* label = labels.Add();
    label->set_key(key);
    label->set_value(value);
  }
  return filters.labels("label", labels);
}

bool wanted(const EventQuestion& question, const Notice& notice) {
  const Filters& filters = question.filters;
  const bool objects = std::all_of(kObjectTypes.begin(), kObjectTypes.end(),
                                   [&](const char* type) { return of_object(filters, type, notice); });
  return objects && filters.exact("type", notice.type) && filters.exact("event", notice.action) &&
         filters.exact("scope", notice.swarm ? "swarm" : "local") && has_label(filters, notice) &&
         (!filters.has("image") || filters.exact("image", attribute(notice, "image"))) &&
         (!question.since || notice.at_ns >= question.since->ns);
}

struct Start {
  EventNarrator narrator;
  LogIndex from;
};

// Where to begin and what to know there. `since` begins with the state of that moment; before the log's first record
// there was none, so the replay begins at its start with an empty one.
Result<Start> begin(Gateway& gateway, const EventQuestion& question) {
  Start start{EventNarrator{gateway.node_id()}, LogIndex{1}};
  const auto seed = [&](const View& view) {
    start.narrator.seed(view);
    start.from = next(view.index());
  };
  const WallTime newest = read(gateway, [](const View& view) { return view.time(); });
  if (!question.since || *question.since >= newest) {
    gateway.read(seed);
    return start;
  }
  const auto first = gateway.record(LogIndex{1});
  if (first && (*first)->at_ns() >= question.since->ns) return start;
  if (auto there = gateway.read_at(*question.since, seed); !there) return there.refusal();
  return start;
}

// False when the stream has to end.
bool tell(const EventQuestion& question, EventNarrator& narrator, const Record& record, OutStream& out) {
  if (question.until && record.at_ns() > question.until->ns) return false;
  for (const Notice& notice : narrator.tell(record))
    if (wanted(question, notice) && !out.write(dump(notice_to_json(notice)) + "\n")) return false;
  return true;
}

// Ends with the swarm, too: a gateway of a swarm this node has left tells nothing any more.
Result<void> run(const ApiContext& context, const EventQuestion& question, Gateway& gateway, OutStream& out) {
  auto start = begin(gateway, question);
  if (!start) return start.refusal();
  if (!out.open()) return {};
  const auto tail = gateway.tail(start->from);
  while (!out.gone() && context.gateway().get() == &gateway) {
    const bool late = question.until && context.clock.now() > *question.until;
    auto records = tail->next(late ? std::chrono::milliseconds{0} : kLookEvery);
    if (!records) return records.refusal();
    for (const RecordPtr& record : *records)
      if (!tell(question, start->narrator, *record, out)) return {};
    if (late && records->empty()) return {};
  }
  return {};
}

// Outside a swarm nothing happens that we could tell: an open stream without events, as Docker gives on a quiet node.
Result<void> silence(const ApiContext& context, const EventQuestion& question, OutStream& out) {
  out.open();
  while (!out.gone() && !(question.until && context.clock.now() > *question.until))
    std::this_thread::sleep_for(kLookEvery);
  return {};
}

Result<Response> events(const ApiContext& context, const Request& request) {
  auto question = read_question(request);
  if (!question) return question.refusal();
  Response response;
  response.stream = [&context, question = *question, gateway = context.gateway()](OutStream& out) {
    return gateway ? run(context, question, *gateway, out) : silence(context, question, out);
  };
  return response;
}

}  // namespace

void add_event_routes(Router& router, const ApiContext& c) {
  router.add("GET", "/events", [&c](const Request& r) { return events(c, r); });
}

}  // namespace skein
