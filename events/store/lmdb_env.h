// LmdbEnv, LmdbTxn: LMDB as the log uses it, with its errors turned into refusals that name the thing.
//
// Default durability only: a commit flushes data, then the page that names it. NOSYNC and NOMETASYNC lose or corrupt
// on power loss and are not offered. MDB_NOTLS: a read transaction belongs to its object, not to its thread.
// A second process, or a second environment in this one, is refused (flock on owner.lock).
// Threads: one write transaction at a time (LMDB's own lock), any number of readers. No transaction may be kept.
#pragma once
#include <lmdb.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "events/base/result.h"
#include "events/store/disk_file.h"

namespace skein {

// What LMDB's or the system's `code` means for the log in `directory`, and what to do about it.
Refusal lmdb_refusal(int code, const std::string& directory);
inline std::string_view view(const MDB_val& value) { return {static_cast<const char*>(value.mv_data), value.mv_size}; }
inline MDB_val lmdb_value(std::string_view bytes) { return {bytes.size(), const_cast<char*>(bytes.data())}; }

class LmdbTxn {
 public:
  LmdbTxn() = default;
  LmdbTxn(const LmdbTxn&) = delete;
  LmdbTxn& operator=(const LmdbTxn&) = delete;
  ~LmdbTxn();  // forgets what was not committed

  // nullopt: no such key. Valid until the transaction ends or writes.
  [[nodiscard]] int get(MDB_dbi dbi, std::string_view key, std::optional<std::string_view>& value) const;
  [[nodiscard]] int put(MDB_dbi dbi, std::string_view key, std::string_view value);
  // Room for `size` bytes, to be filled before the next call on this transaction. flags: MDB_APPEND or 0.
  [[nodiscard]] int reserve(MDB_dbi dbi, std::string_view key, std::size_t size, unsigned flags, char*& room);
  [[nodiscard]] int del(MDB_dbi dbi, std::string_view key);  // 0 also if there was none
  MDB_txn* raw() const { return txn_; }

 private:
  friend class LmdbEnv;
  MDB_txn* txn_ = nullptr;
};

class LmdbCursor {
 public:
  LmdbCursor() = default;
  LmdbCursor(const LmdbCursor&) = delete;
  LmdbCursor& operator=(const LmdbCursor&) = delete;
  ~LmdbCursor();  // before its transaction ends
  [[nodiscard]] int open(const LmdbTxn& txn, MDB_dbi dbi) { return mdb_cursor_open(txn.raw(), dbi, &cursor_); }
  // key is in and out, as the operation has it.
  [[nodiscard]] int move(MDB_cursor_op op) { return mdb_cursor_get(cursor_, &key_, &value_, op); }
  [[nodiscard]] int seek(std::string_view key, MDB_cursor_op op);
  [[nodiscard]] int del() { return mdb_cursor_del(cursor_, 0); }
  std::string_view key() const { return view(key_); }
  std::string_view value() const { return view(value_); }

 private:
  MDB_cursor* cursor_ = nullptr;
  MDB_val key_{};
  MDB_val value_{};
};

class LmdbEnv {
 public:
  // Makes the directory (0700) and the environment if they are not there. `map_bytes` is the most it may grow to; a
  // file more than half that size gets room for twice its size.
  static Result<std::unique_ptr<LmdbEnv>> open(const std::string& directory, std::size_t map_bytes);
  LmdbEnv(const LmdbEnv&) = delete;
  LmdbEnv& operator=(const LmdbEnv&) = delete;
  ~LmdbEnv();

  MDB_env* raw() const { return env_; }
  const std::string& directory() const { return directory_; }
  bool fresh() const { return fresh_; }  // nothing was ever committed before this open
  // Made in a fresh environment; in any other, one that is missing is damage. The handle is good once `txn` commits.
  Result<MDB_dbi> database(LmdbTxn& txn, const char* name, unsigned flags) const;
  // Refuses if walking over `dbi` does not meet as many entries as it says it has.
  Result<void> check_count(const LmdbTxn& txn, MDB_dbi dbi) const;

  Result<void> begin_read(LmdbTxn& txn) const;
  // Once a flush has failed nobody can know what the disk holds: every later write is refused with the same words.
  Result<void> begin_write(LmdbTxn& txn) const;
  Result<void> commit(LmdbTxn& txn);

  Refusal refusal(int code) const { return lmdb_refusal(code, directory_); }

 private:
  LmdbEnv(std::string directory, DiskFile lock) : directory_{std::move(directory)}, lock_{std::move(lock)} {}
  Result<void> begin(LmdbTxn& txn, unsigned flags) const;
  Result<void> open_map(std::size_t map_bytes);
  Result<void> check_size();
  bool short_of_room() const;
  std::uint64_t free_pages_from(std::uint64_t first) const;

  std::string directory_;
  DiskFile lock_;
  MDB_env* env_ = nullptr;
  bool fresh_ = false;
  std::atomic<int> lost_track_ = 0;  // the code of the flush that failed
};

}  // namespace skein
