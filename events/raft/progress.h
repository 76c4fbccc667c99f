// Progress: what a leader knows of one follower's log, and how much may be sent to it now.
//
//   probe      we do not know where the logs meet: one message, then wait for its answer or for the next heartbeat's
//   replicate  they meet at match: a window of messages under way, next runs ahead
//   snapshot   it needs records we no longer have: nothing is sent until the host reports
//
// Invariants: match < next; in replicate everything in (match, next) is under way or lost.
// Source: etcd raft's tracker/progress.go; window by message count.
#pragma once
#include <cstddef>
#include <deque>
#include <string>

#include "events/base/ids.h"

namespace skein::raft {

class Progress {
 public:
  enum class State : unsigned char { probe, replicate, snapshot };

  Progress(LogIndex next, std::size_t inflight_max) : next_{next}, inflight_max_{inflight_max} {}

  State state() const { return state_; }
  LogIndex match() const { return match_; }
  LogIndex next() const { return next_; }
  bool active() const { return active_; }  // heard of since the last quorum check
  bool paused() const;                     // nothing with records may be sent now
  std::size_t inflight() const { return inflight_.size(); }

  void heard() { active_ = true; }
  void forget_heard() { active_ = false; }
  void sent(LogIndex last);              // records up to `last` went out
  void sent_empty() { probed_ = true; }  // read in probe only
  bool accepted(LogIndex index);         // true if match rose
  // The follower refused `rejected` as previous index; the logs may meet at `hint`. False: an old answer, ignore it.
  bool refused(LogIndex rejected, LogIndex hint);
  void answered();  // a heartbeat came back: one message may be tried again
  void probe();     // we do not know any more what arrived
  void await_snapshot();
  void snapshot_done(LogIndex index);  // it arrived (0: it did not); probe from there after the next heartbeat
  void durable_here(LogIndex index);   // the leader's own

 private:
  State state_ = State::probe;
  LogIndex match_;
  LogIndex next_;
  bool active_ = false;
  bool probed_ = false;            // probe: a message is under way
  std::deque<LogIndex> inflight_;  // replicate: last index of each message under way
  std::size_t inflight_max_;
};

const char* name_of(Progress::State state);

}  // namespace skein::raft
