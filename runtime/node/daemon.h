// Daemon: one living node, wired together. The only place where all rooms meet.
//
// Order of start: roots and locks, images, executor (finds containers), network plane, swarm node (folds the log,
// starts the actors), sockets. Stop in reverse; containers run on. Blocks until SIGTERM or SIGINT. Errors: whatever
// cannot be opened is a Refusal that names it; the process then ends with status 1.
#pragma once
#include "events/base/result.h"
#include "runtime/node/daemon_config.h"

namespace skein {

// REQUIRES: no other threads yet (signals are blocked here for all of them).
Result<void> run_daemon(const DaemonConfig& config);

}  // namespace skein
