// LmdbRecords: the records themselves, sealed, by index; and the position before the first of them.
//
// Everything happens in a transaction of the caller's, so what one call sees is one moment of the log. What is returned
// has been unsealed and verified. Threads: as LMDB (lmdb_env.h); holds no state of its own but its databases.
// Errors: Errc::fault naming the index; not_found for an index outside the log.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/base/result.h"
#include "events/store/event_log.h"
#include "events/store/lmdb_env.h"
#include "events/store/sealing.h"

namespace skein {

class LmdbRecords {
 public:
  // `env` and `sealer` must outlive this.
  LmdbRecords(LmdbEnv& env, const Sealer& sealer, MDB_dbi meta, MDB_dbi log)
      : env_{env}, sealer_{sealer}, meta_{meta}, log_{log} {}

  Result<LogPosition> base(const LmdbTxn& txn) const;
  Result<void> set_base(LmdbTxn& txn, const LogPosition& base);
  // Of the last record, or the base. Refuses a log with indexes missing.
  Result<LogPosition> last(const LmdbTxn& txn) const;
  Result<LogPosition> position(const LmdbTxn& txn, LogIndex index) const;

  Result<std::vector<RecordPtr>> read(const LmdbTxn& txn, LogIndex from, ReadBounds bounds) const;
  Result<LogIndex> index_at(const LmdbTxn& txn, std::int64_t at_ns) const;

  // CHECKs that it follows `last`. `scratch` is reused between calls.
  Result<void> put(LmdbTxn& txn, const LogPosition& last, const Record& record, std::string& scratch);
  Result<void> drop_from(LmdbTxn& txn, LogIndex from);
  Result<void> drop_all(LmdbTxn& txn);
  Result<void> drop_range(LmdbTxn& txn, LogIndex from, LogIndex end);  // [from, end)

  Refusal damaged(LogIndex index, const char* what) const;

 private:
  Result<LogPosition> position_outside(const LmdbTxn& txn, LogIndex index) const;
  Result<std::vector<RecordPtr>> chained(LmdbCursor& cursor, std::string previous, LogIndex from,
                                         ReadBounds bounds) const;
  bool unseal(LogIndex index, std::string_view sealed, std::string& plain) const;

  LmdbEnv& env_;
  const Sealer& sealer_;
  MDB_dbi meta_;
  MDB_dbi log_;
};

}  // namespace skein
