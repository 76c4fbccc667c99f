// LogDisk: the log actor's hand on the disk. Groups are appended one after another on a thread of its own, so that an
// fsync never holds an actor's worker; while one group is flushed the next one gathers in Raft (group commit).
//
// Threads: append() and save() from actors; `done` runs on the disk thread. InlineDisk does the work in the call, for
// tests on the fake scheduler. close() finishes what is queued; no call may follow it.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "events/base/result.h"
#include "events/store/event_log.h"

namespace skein {

class LogDisk {
 public:
  using Done = std::function<void(Result<void>)>;
  virtual ~LogDisk() = default;
  virtual void append(std::shared_ptr<const AppendGroup> group, Done done) = 0;
  virtual void save(std::shared_ptr<const Snapshot> snapshot, Done done) = 0;
  virtual void erase(std::string payload, Done done) = 0;  // a detached payload, for good
  virtual void close() = 0;
};

// REQUIRES: `log` outlives the disk.
std::unique_ptr<LogDisk> make_threaded_disk(EventLog& log);
std::unique_ptr<LogDisk> make_inline_disk(EventLog& log);

}  // namespace skein
