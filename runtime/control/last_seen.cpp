#include "runtime/control/last_seen.h"

#include <set>

namespace skein {
namespace {

constexpr std::size_t kPrefixMin = 4;

const std::string* name_given(const Event& event) {
  if (event.has_service_created()) return &event.service_created().spec().name();
  if (event.has_node_joined()) return &event.node_joined().description().hostname();
  return nullptr;
}

bool removes(const Event& event, control::Kind kind) {
  if (kind == control::TASKS) return event.has_task_reaped();
  if (kind == control::SERVICES) return event.has_service_removed();
  return kind == control::NODES && event.has_node_removed();
}

class Search {
 public:
  Search(control::Kind kind, const std::string& typed) : kind_{kind}, typed_{typed} {}

  void look(const Record& record) {
    for (const Event& event : record.events()) {
      const std::string* name = name_given(event);
      if (name && *name == typed_) named_.insert(event.id());
      const bool by_id = typed_.size() >= kPrefixMin && event.id().starts_with(typed_);
      if (removes(event, kind_) && (by_id || named_.contains(event.id()))) found_ = LogIndex{record.index()};
    }
  }
  LogIndex found() const { return found_; }

 private:
  const control::Kind kind_;
  const std::string& typed_;
  std::set<std::string> named_;
  LogIndex found_;
};

}  // namespace

Result<LogIndex> removal_of(Gateway& gateway, control::Kind kind, const std::string& typed,
                            const std::function<bool()>& gone) {
  LogIndex end;
  gateway.read([&](const View& view) { end = view.index(); });
  Search search{kind, typed};
  const auto tail = gateway.tail(LogIndex{1});
  for (LogIndex at; at < end && !gone();) {
    const auto records = tail->next(std::chrono::milliseconds{0});
    if (!records) return records.refusal();
    if (records->empty()) break;
    for (const RecordPtr& record : *records) search.look(*record);
    at = LogIndex{records->back()->index()};
  }
  return search.found();
}

}  // namespace skein
