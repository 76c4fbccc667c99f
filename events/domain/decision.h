// What every decider shares: the context a decision is made in, and what comes out of it.
//
// Each aggregate has a pair domain/<aggregate>.h/.cpp with, in namespace skein::<aggregate>,
//   Result<Decision> decide(const State&, const SomeCommand&, const DecideContext&)   one overload per command
//   void evolve(State&, const Event&, const RecordHead&)                              total; never refuses
// Pure: any thread, no clock, no I/O. An empty Decision means that nothing has to change. Events hold results, so
// evolve needs neither chance nor time nor another aggregate.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "events/base/clock.h"
#include "events/base/result.h"
#include "events/base/rng.h"
#include "events/proto/commands.pb.h"
#include "events/proto/events.pb.h"
#include "events/proto/record.pb.h"

namespace skein {

// The leader's stamp on a command: time and chance that the events will carry as results.
struct DecideContext {
  WallTime now;
  Rng& rng;
};

struct Decision {
  std::vector<Event> events;      // one record, all or nothing
  std::vector<Payload> payloads;  // what the events refer to by digest; stored beside the record, never in it
  bool empty() const { return events.empty(); }
};

// What evolve may know of the record an event came in.
struct RecordHead {
  std::uint64_t index = 0;
  std::int64_t at_ns = 0;
};

// An event envelope for aggregate `id` with nothing in it yet: event_for(id).mutable_task_reaped().
inline Event event_for(std::string id) {
  Event event;
  event.set_id(std::move(id));
  return event;
}

// Detaches `data`: returns the payload, whose digest the event is to hold. Defined in domain/payload.cpp.
Payload detach(std::string data, Rng& rng);
bool payload_matches(const Payload& payload);  // digest == SHA-256(salt || data)

}  // namespace skein
