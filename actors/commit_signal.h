// CommitSignal: tells threads outside the actor system how far the log is committed and folded.
//
// Threads: any. The view actor announces; tails wait. close() wakes all for good.
#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "events/base/ids.h"

namespace skein {

class CommitSignal {
 public:
  void announce(LogIndex index);
  void close();
  LogIndex index() const;
  bool closed() const;
  // Waits until something after `seen` is there, `wait` is over or the signal is closed; returns how far we are.
  LogIndex wait_past(LogIndex seen, std::chrono::milliseconds wait) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable moved_;
  LogIndex index_;
  bool closed_ = false;
};

}  // namespace skein
