// Metrics: this node's numbers in Prometheus' text format, under swarmkit's names (prefix swarm_).
//
// Read from the live View when asked for; nothing is counted beside it. Any thread.
#pragma once
#include <memory>
#include <string>

#include "actors/ports/gateway.h"
#include "runtime/http/message.h"

namespace skein {

std::string metrics_text(Gateway* gateway);  // nullptr: not in a swarm
// GET /metrics; 404 for anything else.
Response answer_metrics(const Request& request, Gateway* gateway);

}  // namespace skein
