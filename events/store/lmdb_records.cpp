#include "events/store/lmdb_records.h"

#include "events/base/check.h"
#include "events/store/append_rules.h"
#include "events/store/chain.h"
#include "events/store/lmdb_codec.h"
#include "events/store/upcast.h"

namespace skein {

Refusal LmdbRecords::damaged(LogIndex index, const char* what) const {
  return {Errc::fault, "the event log in " + env_.directory() + " is damaged at record " +
                           std::to_string(index.value()) + ": " + what +
                           "; restore it from a backup, or remove this manager and let it join anew"};
}

bool LmdbRecords::unseal(LogIndex index, std::string_view sealed, std::string& plain) const {
  const IntegerKey key{index};
  return sealer_.unseal({"log", key.bytes()}, sealed, plain);
}

Result<LogPosition> LmdbRecords::base(const LmdbTxn& txn) const {
  std::optional<std::string_view> sealed;
  if (const int code = txn.get(meta_, "base", sealed); code != 0) return env_.refusal(code);
  std::string plain;
  if (!sealed || !sealer_.unseal({"meta", "base"}, *sealed, plain)) return env_.refusal(MDB_CORRUPTED);
  const auto position = decode_position(plain);
  if (!position) return env_.refusal(MDB_CORRUPTED);
  return *position;
}

Result<void> LmdbRecords::set_base(LmdbTxn& txn, const LogPosition& base) {
  const std::string sealed = sealer_.seal({"meta", "base"}, encode_position(base));
  if (const int code = txn.put(meta_, "base", sealed); code != 0) return env_.refusal(code);
  return {};
}

Result<LogPosition> LmdbRecords::last(const LmdbTxn& txn) const {
  LmdbCursor cursor;
  MDB_stat stat{};
  if (const int code = cursor.open(txn, log_); code != 0) return env_.refusal(code);
  if (const int code = mdb_stat(txn.raw(), log_, &stat); code != 0) return env_.refusal(code);
  const auto start = base(txn);
  if (!start) return start;
  const int code = cursor.move(MDB_LAST);
  if (code != 0 && code != MDB_NOTFOUND) return env_.refusal(code);
  if (code == MDB_NOTFOUND) return stat.ms_entries == 0 ? start : env_.refusal(MDB_CORRUPTED);
  const LogIndex index = IntegerKey::parse(cursor.key());
  if (index.value() != start->index.value() + stat.ms_entries) return damaged(index, "records before it are missing");
  return position(txn, index);
}

Result<LogPosition> LmdbRecords::position(const LmdbTxn& txn, LogIndex index) const {
  const IntegerKey key{index};
  std::optional<std::string_view> sealed;
  if (const int code = txn.get(log_, key.bytes(), sealed); code != 0) return env_.refusal(code);
  if (!sealed) return position_outside(txn, index);
  std::string plain;
  if (!unseal(index, *sealed, plain)) return damaged(index, "it does not unseal");
  const auto position = decode_head(index, plain);
  if (!position) return damaged(index, "it is too short");
  return *position;
}

// There is no record at `index`: the base, an index before or after the log, or damage.
Result<LogPosition> LmdbRecords::position_outside(const LmdbTxn& txn, LogIndex index) const {
  const auto start = base(txn);
  if (!start || start->index == index) return start;
  LmdbCursor cursor;
  if (const int code = cursor.open(txn, log_); code != 0) return env_.refusal(code);
  const int code = cursor.move(MDB_LAST);
  if (code != 0 && code != MDB_NOTFOUND) return env_.refusal(code);
  const LogIndex end = code == 0 ? IntegerKey::parse(cursor.key()) : start->index;
  if (start->index < index && index <= end) return damaged(index, "it is missing");
  return Refusal{Errc::not_found, "no record " + std::to_string(index.value())};
}

Result<std::vector<RecordPtr>> LmdbRecords::read(const LmdbTxn& txn, LogIndex from, ReadBounds bounds) const {
  if (from == LogIndex{}) return Refusal{Errc::not_found, "no record 0"};
  const auto start = base(txn);
  if (!start) return start.refusal();
  if (from <= start->index)
    return Refusal{Errc::not_found, "records before " + std::to_string(next(start->index).value()) + " were dropped"};
  auto previous = position(txn, prev(from));
  if (!previous && previous.refusal().code == Errc::not_found) return std::vector<RecordPtr>{};  // past the end
  if (!previous) return previous.refusal();
  LmdbCursor cursor;
  if (const int code = cursor.open(txn, log_); code != 0) return env_.refusal(code);
  return chained(cursor, std::move(previous->digest), from, bounds);
}

Result<std::vector<RecordPtr>> LmdbRecords::chained(LmdbCursor& cursor, std::string previous, LogIndex from,
                                                    ReadBounds bounds) const {
  const IntegerKey key{from};
  std::vector<RecordPtr> out;
  std::string plain;
  std::size_t bytes = 0;
  int code = cursor.seek(key.bytes(), MDB_SET_RANGE);
  for (LogIndex index = from; code == 0; index = next(index), code = cursor.move(MDB_NEXT)) {
    bytes += cursor.value().size();
    if (!out.empty() && (bytes > bounds.bytes_max || out.size() >= bounds.records_max)) return out;
    if (IntegerKey::parse(cursor.key()) != index) return damaged(index, "it is missing");
    if (!unseal(index, cursor.value(), plain)) return damaged(index, "it does not unseal");
    RecordPtr record = decode_record(index, previous, plain);
    if (record == nullptr) return damaged(index, "it is not chained to the one before");
    if (auto known = check_kinds(*record); !known) return known.refusal();
    previous = record->digest();
    out.push_back(std::move(record));
  }
  if (code != MDB_NOTFOUND) return env_.refusal(code);
  return out;
}

// Times never fall along the log, so a binary search finds the last one not after `at_ns`.
Result<LogIndex> LmdbRecords::index_at(const LmdbTxn& txn, std::int64_t at_ns) const {
  const auto start = base(txn);
  if (!start) return start.refusal();
  if (start->at_ns > at_ns) return LogIndex{};
  const auto end = last(txn);
  if (!end) return end.refusal();
  if (end->at_ns <= at_ns) return end->index;
  std::uint64_t low = start->index.value();  // time at low <= at_ns < time at high
  std::uint64_t high = end->index.value();
  while (high - low > 1) {
    const LogIndex middle{low + (high - low) / 2};
    const auto there = position(txn, middle);
    if (!there) return there.refusal();
    (there->at_ns <= at_ns ? low : high) = middle.value();
  }
  return LogIndex{low};
}

Result<void> LmdbRecords::put(LmdbTxn& txn, const LogPosition& last, const Record& record, std::string& scratch) {
  check_follows(last, record, encode_record(record, scratch));
  const IntegerKey key{LogIndex{record.index()}};
  char* room = nullptr;
  const int code = txn.reserve(log_, key.bytes(), scratch.size() + kSealBytes, MDB_APPEND, room);
  if (code != 0) return env_.refusal(code);
  sealer_.seal({"log", key.bytes()}, scratch, room);
  return {};
}

Result<void> LmdbRecords::drop_from(LmdbTxn& txn, LogIndex from) {
  LmdbCursor cursor;
  if (const int code = cursor.open(txn, log_); code != 0) return env_.refusal(code);
  int code = cursor.move(MDB_LAST);
  while (code == 0 && IntegerKey::parse(cursor.key()) >= from) {
    code = cursor.del();
    if (code == 0) code = cursor.move(MDB_LAST);
  }
  if (code != 0 && code != MDB_NOTFOUND) return env_.refusal(code);
  return {};
}

Result<void> LmdbRecords::drop_range(LmdbTxn& txn, LogIndex from, LogIndex end) {
  for (LogIndex index = from; index < end; index = next(index)) {
    const IntegerKey key{index};
    if (const int code = txn.del(log_, key.bytes()); code != 0) return env_.refusal(code);
  }
  return {};
}

Result<void> LmdbRecords::drop_all(LmdbTxn& txn) {
  if (const int code = mdb_drop(txn.raw(), log_, 0); code != 0) return env_.refusal(code);
  return {};
}

}  // namespace skein
