// LmdbSnapshots: snapshots of the View in the log's environment, any size, several kept.
//
// A snapshot is cut into sealed chunks (key: index, chunk number) written over several commits, so that one of hundreds
// of MiB neither holds up appends nor needs as much free memory again; chunk 0 is written last, holds size, count and
// SHA-256 of the whole, and makes it exist. What a crash left without a chunk 0 is cleared at the next start.
// Reading takes a short transaction per chunk. Threads: one saver or dropper at a time (it may be another thread than
// the one that appends), any number of readers. Errors: Errc::fault.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "events/base/result.h"
#include "events/store/event_log.h"
#include "events/store/lmdb_env.h"
#include "events/store/sealing.h"

namespace skein {

class LmdbSnapshots {
 public:
  // `env` and `sealer` must outlive this.
  static Result<std::unique_ptr<LmdbSnapshots>> open(LmdbEnv& env, const Sealer& sealer, MDB_dbi dbi);

  Result<void> save(const Snapshot& snapshot);
  Result<std::shared_ptr<const Snapshot>> before(LogIndex index) const;
  Result<std::vector<LogIndex>> list() const;
  Result<void> drop(LogIndex index);

 private:
  struct Head;
  LmdbSnapshots(LmdbEnv& env, const Sealer& sealer, MDB_dbi dbi) : env_{env}, sealer_{sealer}, dbi_{dbi} {}
  Result<std::vector<LogIndex>> indexes(bool whole) const;  // of whole snapshots, or of those without a chunk 0
  Result<void> clear_unfinished();
  Result<void> drop_locked(LogIndex index);
  Result<std::optional<std::string>> chunk(LogIndex index, std::uint32_t number) const;
  Result<std::shared_ptr<const Snapshot>> load(LogIndex index) const;
  Result<void> put_chunks(LogIndex index, std::string_view bytes);
  Result<void> put_head(LogIndex index, std::string_view head);
  int put_chunk(LmdbTxn& txn, LogIndex index, std::uint32_t number, std::string_view plain);
  Refusal damaged(LogIndex index) const;

  LmdbEnv& env_;
  const Sealer& sealer_;
  MDB_dbi dbi_;
  std::mutex saving_;
};

}  // namespace skein
