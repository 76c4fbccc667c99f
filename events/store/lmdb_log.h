// LmdbLog: the EventLog on disk. One LMDB environment, values sealed, one flush-pair per append (LMDB's default mode,
// the only one that survives a power loss).
//
// A directory holds  data.mdb, lock.mdb (LMDB) · owner.lock (flock) · payload.keys (see key_slots.h).
// Opening verifies the format, the data key, that no index is missing and that the last records chain; any damage is
// Errc::fault saying where and what to do, and the log does not open. read() verifies what it returns, always.
// LMDB trusts the structure of its own pages: damage there is mostly answered as a fault, but can end the process.
//
// Threads: as EventLog; save_snapshot and drop_snapshot may run beside append on a thread of their own.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "events/store/data_key.h"
#include "events/store/event_log.h"
#include "events/store/lmdb_env.h"
#include "events/store/lmdb_payloads.h"
#include "events/store/lmdb_records.h"
#include "events/store/lmdb_snapshots.h"
#include "events/store/sealing.h"

namespace skein {

class LmdbLog final : public EventLog {
 public:
  struct Options {
    std::string directory;
    std::string data_key_file;                      // made if it is not there; unused if data_key is given
    std::optional<DataKey> data_key = {};           // an auto-locked manager hands in the unlocked key
    std::size_t map_bytes = std::size_t{64} << 30;  // address space, not disk
  };
  static Result<std::unique_ptr<LmdbLog>> open(const Options& options);

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
  // What is known without asking the disk.
  struct Tip {
    LogPosition base;
    LogPosition last;
    HardState hard_state;
  };

  LmdbLog(std::unique_ptr<LmdbEnv> env, const DataKey& key) : env_{std::move(env)}, sealer_{key} {}
  Result<void> open_databases();
  Result<void> check_format(LmdbTxn& txn);
  Result<void> put_format(LmdbTxn& txn);
  Result<void> found(LmdbTxn& txn);
  Result<void> open_beside(MDB_dbi payloads, MDB_dbi snapshots);
  Result<void> load_tip();
  Result<HardState> load_hard_state(const LmdbTxn& txn) const;
  Result<void> check_tail() const;

  Tip tip() const;
  Result<void> write(const AppendGroup& group, LmdbPayloads::Slots& taken);
  Result<void> write_records(LmdbTxn& txn, const AppendGroup& group, Tip& after);
  Result<void> put_hard_state(LmdbTxn& txn, const HardState& state);
  Result<void> finish(LmdbTxn& txn, Tip after);  // commits, then shows `after` to readers
  Result<LogPosition> drop_some(LogIndex first);

  std::unique_ptr<LmdbEnv> env_;
  Sealer sealer_;
  MDB_dbi meta_ = 0;
  MDB_dbi raft_ = 0;
  std::unique_ptr<LmdbRecords> records_;
  std::unique_ptr<LmdbPayloads> payloads_;
  std::unique_ptr<LmdbSnapshots> snapshots_;

  mutable std::mutex tip_mutex_;
  Tip tip_;
  std::mutex writing_;
  std::string scratch_;  // guarded by writing_
};

}  // namespace skein
