// LogReader: how Raft reads back records that are durable and no longer in its memory. StoredLog reads an EventLog.
//
// Raft asks only for indexes that were acknowledged by advance() or that Recovered vouched for, and that it did not
// cut off since; so an answer never changes. Called from inside Raft's own calls, hence on the owner's thread, while
// the disk thread may be appending (EventLog allows that). A refusal (the disk lied) ends in Ready::fault: Raft treats
// what it was doing as a lost message and never guesses.
#pragma once
#include <vector>

#include "events/base/ids.h"
#include "events/base/result.h"
#include "events/store/event_log.h"

namespace skein::raft {

class LogReader {
 public:
  virtual ~LogReader() = default;
  virtual LogPosition base() const = 0;                    // the place before the oldest record that can be read
  virtual Result<Term> term_at(LogIndex index) const = 0;  // base included
  virtual Result<std::vector<RecordPtr>> read(LogIndex from, ReadBounds bounds) const = 0;
};

class StoredLog final : public LogReader {
 public:
  explicit StoredLog(const EventLog& log) : log_{log} {}  // REQUIRES: the log outlives this
  LogPosition base() const override { return log_.base(); }
  Result<Term> term_at(LogIndex index) const override { return log_.term_at(index); }
  Result<std::vector<RecordPtr>> read(LogIndex from, ReadBounds bounds) const override {
    return log_.read(from, bounds);
  }

 private:
  const EventLog& log_;
};

}  // namespace skein::raft
