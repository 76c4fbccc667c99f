// TaskLogs: what the containers of a service or of one task on this node have written, merged into one stream.
//
// Without follow: container after container in the order of their creation, then a warning for each other node whose
// part cannot be read from here. With follow: one thread a container, also for containers that come later, until the
// asker goes. Lines of one container keep their order; none is promised across containers. `send` is called by one
// thread at a time. Errors: not_found, Docker's text. Threads: blocks the caller's; joins what it started.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "actors/ports/gateway.h"
#include "events/proto/control.pb.h"
#include "runtime/containers/container_directory.h"

namespace skein {

struct LogSink {
  std::function<bool(const control::LogBatch&)> send;  // false: the asker has gone
  std::function<bool()> gone;
};

Result<void> stream_task_logs(Gateway& gateway, const ContainerDirectory& containers,
                              const control::LogsRequest& request, const LogSink& sink);

}  // namespace skein
