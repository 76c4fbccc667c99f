#include "events/raft/progress.h"

#include <algorithm>

#include "events/base/check.h"

namespace skein::raft {

bool Progress::paused() const {
  switch (state_) {
    case State::probe:
      return probed_;
    case State::replicate:
      return inflight_.size() >= inflight_max_;
    case State::snapshot:
      return true;
  }
  return true;
}

void Progress::sent(LogIndex last) {
  CHECK(last >= next_ && !paused());
  if (state_ == State::probe) {
    probed_ = true;
    return;
  }
  next_ = skein::next(last);
  inflight_.push_back(last);
}

bool Progress::accepted(LogIndex index) {
  const bool rose = index > match_;
  match_ = std::max(match_, index);
  next_ = std::max(next_, skein::next(match_));
  if (state_ == State::probe) {
    state_ = State::replicate;
    next_ = skein::next(match_);
    probed_ = false;
  }
  while (!inflight_.empty() && inflight_.front() <= index) inflight_.pop_front();
  return rose;
}

bool Progress::refused(LogIndex rejected, LogIndex hint) {
  if (state_ == State::snapshot || rejected <= match_) return false;
  if (state_ == State::replicate) {
    probe();
    return true;
  }
  if (rejected != prev(next_)) return false;
  next_ = std::max(std::min(rejected, skein::next(hint)), skein::next(match_));
  probed_ = false;
  return true;
}

void Progress::answered() {
  probed_ = false;
  if (state_ == State::replicate && inflight_.size() >= inflight_max_) inflight_.pop_front();
}

void Progress::probe() {
  state_ = State::probe;
  next_ = skein::next(match_);
  probed_ = false;
  inflight_.clear();
}

void Progress::await_snapshot() {
  state_ = State::snapshot;
  inflight_.clear();
}

void Progress::snapshot_done(LogIndex index) {
  probe();
  next_ = std::max(next_, skein::next(index));
  probed_ = true;
}

void Progress::durable_here(LogIndex index) {
  match_ = std::max(match_, index);
  next_ = skein::next(match_);
  active_ = true;
}

const char* name_of(Progress::State state) {
  switch (state) {
    case Progress::State::probe:
      return "probe";
    case Progress::State::replicate:
      return "replicate";
    case Progress::State::snapshot:
      return "snapshot";
  }
  return "?";
}

}  // namespace skein::raft
