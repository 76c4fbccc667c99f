// EventLog: the log on one manager's disk. Appends are durable when they return; reads never see half a group.
//
// Is: records in index order without a gap, each chained to the one before by its digest; the payloads they detach;
// the Raft hard state, which must reach the disk together with the records it vouches for; snapshots of the View.
// Is not: consensus (events/raft decides what to append), a fold (events/views), an actor (actors/log_actor owns it).
//
// Invariants: last() == first() + count - 1; record i's digest == chain(digest of i-1, canonical bytes of i); term and
// time never fall along the log. Checked on append (CHECK: our own bug) and on read (Errc::fault naming the index: the
// disk lied). Values are sealed at rest (AES-256-GCM, data key); a wrong key or a flipped byte is Errc::fault.
//
// Threads: one writer (the log actor's disk thread) and any number of readers at once. Readers take short
// transactions: a read returns at most the bounds given and holds nothing afterwards.
//
// Implementations: LmdbLog (store/lmdb_log.h), MemoryLog, FaultyLog (wraps another; fails, tears and loses on demand).
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "events/base/ids.h"
#include "events/base/result.h"
#include "events/proto/record.pb.h"
#include "events/proto/state.pb.h"

namespace skein {

using RecordPtr = std::shared_ptr<const Record>;

// What Raft must never forget (Raft paper, figure 2: persistent state).
struct HardState {
  Term term;
  std::string voted_for;   // peer id; empty: none this term
  LogIndex commit;         // a hint: a restart may replay from here without asking anybody
  std::string membership;  // serialised, Raft's own
  bool operator==(const HardState&) const = default;
};

// Where the log stands after one record, and what the next one is chained to.
struct LogPosition {
  LogIndex index;  // 0: before all records
  Term term;
  std::int64_t at_ns = 0;  // the record's time
  std::string digest;      // the record's; 32 zero bytes before all records
  bool operator==(const LogPosition&) const = default;
};

// One durable step: all of it or none. Carried out in the order of the fields.
struct AppendGroup {
  // A snapshot was installed (Raft 7): drop every record; the log goes on after this position.
  std::optional<LogPosition> restart_after;
  std::optional<LogIndex> truncate_from;  // first drop records at and after this index (Raft 5.3, conflict)
  std::vector<RecordPtr> records;         // consecutive, digests set
  std::vector<Payload> payloads;
  std::optional<HardState> hard_state;
};

struct ReadBounds {
  std::size_t records_max = 1024;
  std::size_t bytes_max = 4 * 1024 * 1024;  // at least one record is returned whatever its size
};

class EventLog {
 public:
  virtual ~EventLog() = default;

  virtual LogIndex first() const = 0;  // 1 unless a prefix was exported and dropped
  virtual LogIndex last() const = 0;   // 0 when empty
  virtual Term last_term() const = 0;
  virtual std::string last_digest() const = 0;  // 32 zero bytes when empty
  virtual LogPosition base() const = 0;         // the position before first()
  virtual HardState hard_state() const = 0;

  // Durable on return. A refusal appends nothing: disk full (exhausted; try again when there is room), an event of a
  // kind this version does not know (fault), a payload that is not what its digest says (invalid). After an I/O error
  // nobody can know what reached the disk: the log then refuses every append until it is opened again.
  virtual Result<void> append(const AppendGroup& group) = 0;

  // Records from `from` on, in order, verified against the chain. Empty when `from` is past the end.
  virtual Result<std::vector<RecordPtr>> read(LogIndex from, ReadBounds bounds) const = 0;
  // The term of the record at `index`, base included; not_found outside.
  virtual Result<Term> term_at(LogIndex index) const = 0;
  // The last index whose record's time is <= `at_ns`; base().index if only dropped records are; 0 if there is none.
  virtual Result<LogIndex> index_at(std::int64_t at_ns) const = 0;

  virtual Result<Payload> payload(const std::string& digest) const = 0;  // not_found: erased, or not here yet
  virtual Result<void> erase_payload(const std::string& digest) = 0;  // destroys data and key; the chain still verifies

  virtual Result<void> save_snapshot(const Snapshot& snapshot) = 0;  // keeps earlier ones
  // The newest snapshot at or before `index`; nullptr if there is none.
  virtual Result<std::shared_ptr<const Snapshot>> snapshot_before(LogIndex index) const = 0;
  virtual Result<std::vector<LogIndex>> snapshots() const = 0;  // rising
  virtual Result<void> drop_snapshot(LogIndex index) = 0;       // none at `index`: nothing to do

  // Retention, after an export: forgets the records before `first`. REQUIRES first <= next(last()).
  virtual Result<void> drop_before(LogIndex first) = 0;
};

// The digest that `record` must carry after a record with digest `previous`. Pure. store/chain.cpp.
std::string chain_digest(const std::string& previous, const Record& record);
// 32 zero bytes: what the first record is chained to.
const std::string& chain_start();

}  // namespace skein
