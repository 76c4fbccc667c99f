// EventNarrator: tells a record as Docker's events: service, node, network, secret and config created, updated and
// removed (scope swarm), and this node's containers created, started and ended (scope local).
//
// A fold of its own, small: names and what an update's attributes compare (replicas, image, update state; a node's
// availability, role and state). Seeded from a View, or empty for a replay from the first record. Feed every record
// after the seed's index, in order. Container events are derived from what was observed of this node's tasks.
// Source: moby daemon/events.go (attributes), transcripts of `docker events`. Threads: one.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "events/proto/record.pb.h"
#include "events/views/view.h"
#include "runtime/api/json_out.h"

namespace skein {

struct Notice {
  std::string type, action, id;                   // "service", "update"
  std::map<std::string, std::string> attributes;  // sorted, as the CLI prints them
  bool swarm = true;                              // scope
  std::int64_t at_ns = 0;
};
Json notice_to_json(const Notice& notice);

class EventNarrator {
 public:
  explicit EventNarrator(std::string node_id);
  ~EventNarrator();
  EventNarrator(EventNarrator&&) noexcept;
  void seed(const View& view);
  std::vector<Notice> tell(const Record& record);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace skein
