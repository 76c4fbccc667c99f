#include "events/store/upcast.h"

#include <google/protobuf/unknown_field_set.h>

#include <algorithm>
#include <string>
#include <utility>

#include "events/base/check.h"

namespace skein {
namespace {

Refusal unknown_kind(const Record& record, const Event& event) {
  const std::string where = "record " + std::to_string(record.index());
  const auto& unknown = event.GetReflection()->GetUnknownFields(event);
  if (unknown.empty()) return {Errc::fault, where + " holds an event without a kind; the log is damaged"};
  const int number = unknown.field(0).number();
  return {Errc::fault, where + " holds an event of kind " + std::to_string(number) +
                           ", which this version of skein does not know; start a newer version"};
}

}  // namespace

bool is_unknown_kind(const Event& event) { return event.body_case() == Event::BODY_NOT_SET; }

Result<void> check_kinds(const Record& record) {
  for (const Event& event : record.events()) {
    if (is_unknown_kind(event) && !event.ignorable()) [[unlikely]]
      return unknown_kind(record, event);
  }
  return {};
}

void Upcasters::add(Event::BodyCase old_kind, Upcaster upcaster) {
  CHECK(upcaster != nullptr);
  CHECK(upcasters_.emplace(old_kind, std::move(upcaster)).second, "two upcasters for one kind");
}

Event Upcasters::lift(Event event, const Record& in) const {
  for (std::size_t steps = 0;; ++steps) {
    CHECK(steps <= upcasters_.size(), "upcasters go round in a circle");
    const auto found = upcasters_.find(event.body_case());
    if (found == upcasters_.end()) return event;
    event = found->second(event, in);
  }
}

RecordPtr Upcasters::lift(const RecordPtr& record) const {
  if (upcasters_.empty()) return record;
  const auto old = [this](const Event& event) { return upcasters_.contains(event.body_case()); };
  if (std::none_of(record->events().begin(), record->events().end(), old)) return record;
  auto lifted = std::make_shared<Record>(*record);
  for (Event& event : *lifted->mutable_events()) event = lift(std::move(event), *record);
  return lifted;
}

}  // namespace skein
