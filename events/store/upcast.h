// Upcasting: reading events written by other versions of Skein.
//
// Unknown kinds (the event's body is a field number this version has not) are refused, naming index and number, unless
// the event says it is ignorable; nobody may fold a history while leaving out what they do not understand.
// Old kinds are lifted to their newest form by Upcasters, where records are folded and never where they are stored or
// replicated: the chain covers the bytes as they were written, so a lifted record must not travel.
// Pure; Upcasters are filled once at start and then only read.
#pragma once
#include <functional>
#include <map>

#include "events/base/result.h"
#include "events/store/event_log.h"

namespace skein {

// Refuses (Errc::fault) a record with an event of an unknown kind that is not ignorable.
Result<void> check_kinds(const Record& record);

// True: skip this event, it is of a kind this version does not know. REQUIRES check_kinds passed.
bool is_unknown_kind(const Event& event);

class Upcasters {
 public:
  using Upcaster = std::function<Event(const Event& old, const Record& in)>;

  // One for each old kind; a lifted event is lifted again if its new kind has an upcaster too.
  void add(Event::BodyCase old_kind, Upcaster upcaster);

  // The record with every event in its newest form; the same pointer when there is nothing to lift.
  RecordPtr lift(const RecordPtr& record) const;

 private:
  Event lift(Event event, const Record& in) const;
  std::map<Event::BodyCase, Upcaster> upcasters_;
};

}  // namespace skein
