// What every fold does alike: the state takes its revision and times from the record. Pure: any thread.
#pragma once
#include <string>

#include "events/domain/decision.h"

namespace skein {

template <class State>
void stamp_changed(State& state, const RecordHead& head) {
  state.set_revision(head.index);
  state.set_updated_at_ns(head.at_ns);
}

template <class State>
void stamp_created(State& state, const std::string& id, const RecordHead& head) {
  state.set_id(id);
  state.set_created_at_ns(head.at_ns);
  stamp_changed(state, head);
}

// Equal as values. The schema has no maps and states are built from known fields, so equal bytes say it.
template <class Message>
bool same(const Message& a, const Message& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

template <class Message>
bool same_list(const google::protobuf::RepeatedPtrField<Message>& a,
               const google::protobuf::RepeatedPtrField<Message>& b) {
  if (a.size() != b.size()) return false;
  for (int i = 0; i < a.size(); ++i)
    if (!same(a[i], b[i])) return false;
  return true;
}

// Destroys a detached payload with the record that this event is in. No digest, nothing to destroy.
inline void erase_payload(const std::string& digest, Decision& decision) {
  if (digest.empty()) return;
  Event event;  // an event of the log itself has no aggregate
  event.mutable_payload_erased()->set_payload(digest);
  decision.events.push_back(std::move(event));
}

// Detaches `data` into `decision` and returns the digest that stands for it.
inline std::string detach_into(Decision& decision, const std::string& data, Rng& rng) {
  decision.payloads.push_back(detach(data, rng));
  return decision.payloads.back().digest();
}

}  // namespace skein
