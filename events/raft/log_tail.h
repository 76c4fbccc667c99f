// LogTail: the log as Raft sees it. The newest records are in memory, the rest is read back through a LogReader.
//
//      on disk only          memory window (base, last]
//   [first ........ base] [durable ... persisted][under way ... taken][unsaved ... last]
//
// Invariants: persisted <= taken <= last; base <= persisted unless a snapshot is replacing the log; what is not durable
// is always in memory; the window is chained (CHECKed on append). persisted means durable *and still part of this log*:
// a truncation lowers it, so that a flush finishing afterwards acknowledges nothing that was cut off meanwhile. Is not:
// a judge of what may be appended or cut (Raft is). Source: etcd's raftLog/unstable, with one flush under way.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "events/base/ids.h"
#include "events/base/result.h"
#include "events/raft/log_reader.h"
#include "events/store/event_log.h"

namespace skein::raft {

class LogTail {
 public:
  LogTail(LogPosition last, const LogReader& reader, std::size_t cache_bytes_max);

  const LogPosition& last() const { return last_; }
  LogIndex persisted() const { return persisted_; }
  LogIndex first() const;  // the oldest index that can be read

  // Refused: not_found outside [first, last] (term_at also knows the place before the window), fault from the reader.
  Result<Term> term_at(LogIndex index) const;
  Result<RecordPtr> at(LogIndex index) const;
  Result<LogPosition> position_at(LogIndex index) const;  // 0 and the place before the window included
  // Records from `from` on, at least one, up to about `bytes_max` bytes and never past `upto`. Empty: none there.
  Result<std::vector<RecordPtr>> read(LogIndex from, LogIndex upto, std::size_t bytes_max) const;
  // Bytes of the records in memory after `index`.
  std::size_t bytes_after(LogIndex index) const;

  void append(RecordPtr record);
  Result<void> truncate_from(LogIndex index);    // REQUIRES first <= index <= last. A fault changes nothing.
  void restart_after(const LogPosition& start);  // a snapshot replaces the log

  bool has_unsaved() const { return restart_after_ || truncate_from_ || taken_ < last_.index; }
  void take_unsaved(AppendGroup& group);  // they are under way now
  void saved();                           // what was taken is durable
  void forget(LogIndex upto);             // lets go of durable records up to there beyond the cache's size

 private:
  struct Held {
    RecordPtr record;
    std::uint64_t bytes_upto;  // of all records ever held, this one included
  };
  const Held& held(LogIndex index) const { return window_[index.value() - base_.index.value() - 1]; }

  const LogReader& reader_;
  std::size_t cache_bytes_max_;
  LogPosition base_;  // the place before the window
  LogPosition last_;
  std::deque<Held> window_;
  std::uint64_t bytes_before_window_ = 0;
  LogIndex floor_{1};  // nothing before this is ours, whatever the reader still has (restart_after)
  LogIndex persisted_;
  LogIndex under_way_;  // end of the group under way, lowered by truncation
  LogIndex taken_;
  std::optional<LogPosition> restart_after_;
  std::optional<LogIndex> truncate_from_;  // the disk holds records from here on that are no longer ours
};

}  // namespace skein::raft
