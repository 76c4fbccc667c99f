// Why: how a task, service or node came to be as it is: the records that made it so, back to the command and who gave
// it. Newest last.
//
// Starts from the records that changed the object: for a task all of its life, for a service its birth, the record of
// its current spec and its last change, for a node its birth and its last change. From each, Origin.cause_index is
// followed to the record that led to it, and so on. A task also has the record that brought the spec it was born with.
// Birth is found by time (records' times never go back), so the cost is O(log of the log's length) reads, and for a
// task one pass over the records of its life. Of each record only the events are kept that are about the object, what
// it belongs to, or the causes themselves; the rest is counted. At most kStepsMax records, the newest; then cut_short.
//
// What is gone from the cluster is looked for in the log (last_seen.h: one pass over all of it) and explained up to its
// removal. Errors: Docker's not_found texts; fault when the log cannot be read. Threads: any; blocks.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "actors/ports/gateway.h"
#include "events/proto/control.pb.h"

namespace skein {

inline constexpr std::size_t kStepsMax = 256;

struct Reasons {
  std::string id, name;  // of the object
  std::vector<control::WhyStep> steps;
  bool cut_short = false;
};

// TASKS, SERVICES or NODES; others are refused. `gone`: the asker is no longer there, stop.
Result<Reasons> why(Gateway& gateway, control::Kind kind, const std::string& typed, std::optional<Moment> at,
                    const std::function<bool()>& gone);

}  // namespace skein
