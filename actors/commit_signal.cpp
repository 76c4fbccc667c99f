#include "actors/commit_signal.h"

namespace skein {

void CommitSignal::announce(LogIndex index) {
  {
    const std::lock_guard lock{mutex_};
    if (index <= index_) return;
    index_ = index;
  }
  moved_.notify_all();
}

void CommitSignal::close() {
  {
    const std::lock_guard lock{mutex_};
    closed_ = true;
  }
  moved_.notify_all();
}

LogIndex CommitSignal::index() const {
  const std::lock_guard lock{mutex_};
  return index_;
}

bool CommitSignal::closed() const {
  const std::lock_guard lock{mutex_};
  return closed_;
}

LogIndex CommitSignal::wait_past(LogIndex seen, std::chrono::milliseconds wait) const {
  std::unique_lock lock{mutex_};
  moved_.wait_for(lock, wait, [&] { return closed_ || index_ > seen; });
  return index_;
}

}  // namespace skein
