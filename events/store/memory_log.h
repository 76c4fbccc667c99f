// MemoryLog: an EventLog that lives as long as its object. For tests and simulation; as strict as LmdbLog on append.
//
// Memory does not lie, so read() does not hash again; everything else behaves as on disk. Nothing is sealed.
// Threads: as EventLog. Errors: only refusals of what is appended.
#pragma once
#include <deque>
#include <map>
#include <mutex>

#include "events/store/event_log.h"

namespace skein {

class MemoryLog final : public EventLog {
 public:
  MemoryLog();

  LogIndex first() const override;
  LogIndex last() const override;
  Term last_term() const override;
  std::string last_digest() const override;
  LogPosition base() const override;
  HardState hard_state() const override;

  Result<void> append(const AppendGroup& group) override;
  Result<std::vector<RecordPtr>> read(LogIndex from, ReadBounds bounds) const override;
  Result<Term> term_at(LogIndex index) const override;
  Result<LogIndex> index_at(std::int64_t at_ns) const override;

  Result<Payload> payload(const std::string& digest) const override;
  Result<void> erase_payload(const std::string& digest) override;

  Result<void> save_snapshot(const Snapshot& snapshot) override;
  Result<std::shared_ptr<const Snapshot>> snapshot_before(LogIndex index) const override;
  Result<std::vector<LogIndex>> snapshots() const override;
  Result<void> drop_snapshot(LogIndex index) override;
  Result<void> drop_before(LogIndex first) override;

 private:
  LogPosition position() const;  // of the last record, or base_
  void truncate(LogIndex from);
  void put(const RecordPtr& record);

  mutable std::mutex mutex_;
  LogPosition base_;
  std::deque<RecordPtr> records_;  // record i lies at i - base_.index - 1
  HardState hard_state_;
  std::map<std::string, Payload> payloads_;
  std::map<LogIndex, std::shared_ptr<const Snapshot>> snapshots_;
};

}  // namespace skein
