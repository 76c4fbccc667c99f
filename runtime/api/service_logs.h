// The logs of a service's or a task's containers on this node, merged into one stream.
//
// Without follow: container after container, in creation order; no order across tasks is promised (Docker promises
// none either). With follow: one thread a container, and containers that come later are picked up, until the client
// goes. Tasks that other nodes run cannot be read from here; without follow the stream ends by saying so, in Docker's
// words. Threads: run() on the connection's own; it joins what it started.
#pragma once
#include <string>

#include "runtime/api/api_context.h"
#include "runtime/api/log_frames.h"

namespace skein {

struct LogScope {
  std::string service_id;  // of this service, or
  std::string task_id;     // of this task
  bool tty = false;
};

Result<void> stream_logs(const ApiContext& context, const LogScope& scope, const LogQuestion& question, OutStream& out);

}  // namespace skein
