#include "events/store/lmdb_log.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "events/base/check.h"
#include "events/store/append_rules.h"
#include "events/store/chain.h"
#include "events/store/lmdb_codec.h"

namespace skein {
namespace {

constexpr std::string_view kFormat = "skein log 1\n";  // grows only when an old version could not read the new layout
constexpr std::string_view kKeyCheck = "the key fits\n";  // sealed: tells a wrong key from damage
constexpr std::uint64_t kTailChecked = 64;                // records verified on open
constexpr std::uint64_t kDropsPerCommit = 10'000;

Result<DataKey> key_for(const LmdbLog::Options& options) {
  if (options.data_key) return *options.data_key;
  return DataKey::load_or_create(options.data_key_file);
}

}  // namespace

Result<std::unique_ptr<LmdbLog>> LmdbLog::open(const Options& options) {
  auto env = LmdbEnv::open(options.directory, options.map_bytes);
  if (!env) return env.refusal();
  const auto key = key_for(options);
  if (!key) return key.refusal();
  std::unique_ptr<LmdbLog> log{new LmdbLog{std::move(*env), *key}};
  if (auto opened = log->open_databases(); !opened) return opened.refusal();
  if (auto loaded = log->load_tip(); !loaded) return loaded.refusal();
  if (auto sound = log->check_tail(); !sound) return sound.refusal();
  return log;
}

// In a fresh directory everything is made in one commit, so that later whatever is missing was lost.
Result<void> LmdbLog::open_databases() {
  LmdbTxn txn;
  if (auto begun = env_->begin_write(txn); !begun) return begun;
  const auto meta = env_->database(txn, "meta", 0);
  if (!meta) return meta.refusal();
  meta_ = *meta;
  if (auto fits = env_->fresh() ? put_format(txn) : check_format(txn); !fits) return fits;
  const auto raft = env_->database(txn, "raft", 0);
  const auto log = env_->database(txn, "log", MDB_INTEGERKEY);
  const auto payloads = env_->database(txn, "payloads", 0);
  const auto snapshots = env_->database(txn, "snapshots", 0);
  for (const auto* database : {&raft, &log, &payloads, &snapshots}) {
    if (!*database) return database->refusal();
  }
  raft_ = *raft;
  records_ = std::make_unique<LmdbRecords>(*env_, sealer_, meta_, *log);
  if (auto founded = env_->fresh() ? found(txn) : Result<void>{}; !founded) return founded;
  if (auto done = env_->commit(txn); !done) return done;
  return open_beside(*payloads, *snapshots);
}

Result<void> LmdbLog::open_beside(MDB_dbi payloads, MDB_dbi snapshots) {
  auto opened_payloads = LmdbPayloads::open(*env_, sealer_, payloads);
  if (!opened_payloads) return opened_payloads.refusal();
  auto opened_snapshots = LmdbSnapshots::open(*env_, sealer_, snapshots);
  if (!opened_snapshots) return opened_snapshots.refusal();
  payloads_ = std::move(*opened_payloads);
  snapshots_ = std::move(*opened_snapshots);
  return {};
}

Result<void> LmdbLog::found(LmdbTxn& txn) {
  if (auto set = records_->set_base(txn, log_start()); !set) return set;
  return put_hard_state(txn, {});
}

Result<void> LmdbLog::check_format(LmdbTxn& txn) {
  std::optional<std::string_view> format;
  std::optional<std::string_view> check;
  if (const int code = txn.get(meta_, "format", format); code != 0) return env_->refusal(code);
  if (const int code = txn.get(meta_, "key_check", check); code != 0) return env_->refusal(code);
  if (!format) return env_->refusal(MDB_CORRUPTED);
  if (format != kFormat)
    return Refusal{Errc::fault, "the event log in " + env_->directory() +
                                    " has a format this version of skein does not know; start a newer version"};
  std::string plain;
  if (!check || !sealer_.unseal({"meta", "key_check"}, *check, plain) || plain != kKeyCheck)
    return Refusal{Errc::fault, "the data key does not fit the event log in " + env_->directory() +
                                    "; bring back the key it was made with"};
  return {};
}

Result<void> LmdbLog::put_format(LmdbTxn& txn) {
  int code = txn.put(meta_, "format", kFormat);
  if (code == 0) code = txn.put(meta_, "key_check", sealer_.seal({"meta", "key_check"}, kKeyCheck));
  if (code != 0) return env_->refusal(code);
  return {};
}

Result<void> LmdbLog::load_tip() {
  LmdbTxn txn;
  if (auto begun = env_->begin_read(txn); !begun) return begun.refusal();
  auto base = records_->base(txn);
  if (!base) return base.refusal();
  auto last = records_->last(txn);
  if (!last) return last.refusal();
  auto hard_state = load_hard_state(txn);
  if (!hard_state) return hard_state.refusal();
  tip_ = {std::move(*base), std::move(*last), std::move(*hard_state)};
  return {};
}

Result<HardState> LmdbLog::load_hard_state(const LmdbTxn& txn) const {
  std::optional<std::string_view> sealed;
  if (const int code = txn.get(raft_, "hard_state", sealed); code != 0) return env_->refusal(code);
  std::string plain;
  if (!sealed || !sealer_.unseal({"raft", "hard_state"}, *sealed, plain)) return env_->refusal(MDB_CORRUPTED);
  const auto state = decode_hard_state(plain);
  if (!state) return env_->refusal(MDB_CORRUPTED);
  return *state;
}

Result<void> LmdbLog::check_tail() const {
  const std::uint64_t end = tip_.last.index.value();
  const std::uint64_t start = tip_.base.index.value();
  LogIndex from{std::max(start, end - std::min(end, kTailChecked)) + 1};
  while (from <= tip_.last.index) {
    const auto records = read(from, {});
    if (!records) return records.refusal();
    if (records->empty()) return records_->damaged(from, "it is missing");
    from = LogIndex{records->back()->index() + 1};
  }
  return {};
}

LmdbLog::Tip LmdbLog::tip() const {
  const std::lock_guard lock{tip_mutex_};
  return tip_;
}

LogIndex LmdbLog::first() const { return next(tip().base.index); }
LogIndex LmdbLog::last() const { return tip().last.index; }
Term LmdbLog::last_term() const { return tip().last.term; }
std::string LmdbLog::last_digest() const { return tip().last.digest; }
LogPosition LmdbLog::base() const { return tip().base; }
HardState LmdbLog::hard_state() const { return tip().hard_state; }

Result<void> LmdbLog::append(const AppendGroup& group) {
  if (auto fit = check_group(group); !fit) return fit;
  const std::lock_guard writing{writing_};
  LmdbPayloads::Slots taken;
  auto written = write(group, taken);
  if (!written) payloads_->give_back(taken);
  return written;
}

Result<void> LmdbLog::write(const AppendGroup& group, LmdbPayloads::Slots& taken) {
  Tip after = tip();
  LmdbTxn txn;
  if (auto begun = env_->begin_write(txn); !begun) return begun.refusal();
  if (auto put = write_records(txn, group, after); !put) return put;
  if (auto put = payloads_->put(txn, group.payloads, taken); !put) return put;
  if (group.hard_state) {
    if (auto put = put_hard_state(txn, *group.hard_state); !put) return put;
    after.hard_state = *group.hard_state;
  }
  return finish(txn, std::move(after));
}

Result<void> LmdbLog::write_records(LmdbTxn& txn, const AppendGroup& group, Tip& after) {
  if (group.restart_after) {
    if (auto dropped = records_->drop_all(txn); !dropped) return dropped;
    if (auto set = records_->set_base(txn, *group.restart_after); !set) return set;
    after.base = after.last = *group.restart_after;
  }
  if (group.truncate_from && *group.truncate_from <= after.last.index) {
    CHECK(*group.truncate_from > after.base.index, "cannot truncate what was dropped");
    if (auto dropped = records_->drop_from(txn, *group.truncate_from); !dropped) return dropped;
    auto last = records_->position(txn, prev(*group.truncate_from));
    if (!last) return last.refusal();
    after.last = std::move(*last);
  }
  for (const RecordPtr& record : group.records) {
    if (auto put = records_->put(txn, after.last, *record, scratch_); !put) return put;
    after.last = position_of(*record);
  }
  return {};
}

Result<void> LmdbLog::put_hard_state(LmdbTxn& txn, const HardState& state) {
  const std::string sealed = sealer_.seal({"raft", "hard_state"}, encode_hard_state(state));
  if (const int code = txn.put(raft_, "hard_state", sealed); code != 0) return env_->refusal(code);
  return {};
}

Result<void> LmdbLog::finish(LmdbTxn& txn, Tip after) {
  if (auto done = env_->commit(txn); !done) return done;
  const std::lock_guard lock{tip_mutex_};
  tip_ = std::move(after);
  return {};
}

Result<std::vector<RecordPtr>> LmdbLog::read(LogIndex from, ReadBounds bounds) const {
  LmdbTxn txn;
  if (auto begun = env_->begin_read(txn); !begun) return begun.refusal();
  return records_->read(txn, from, bounds);
}

Result<Term> LmdbLog::term_at(LogIndex index) const {
  LmdbTxn txn;
  if (auto begun = env_->begin_read(txn); !begun) return begun.refusal();
  const auto position = records_->position(txn, index);
  if (!position) return position.refusal();
  return position->term;
}

Result<LogIndex> LmdbLog::index_at(std::int64_t at_ns) const {
  LmdbTxn txn;
  if (auto begun = env_->begin_read(txn); !begun) return begun.refusal();
  return records_->index_at(txn, at_ns);
}

Result<Payload> LmdbLog::payload(const std::string& digest) const { return payloads_->get(digest); }

Result<void> LmdbLog::erase_payload(const std::string& digest) {
  const std::lock_guard writing{writing_};
  return payloads_->erase(digest);
}

Result<void> LmdbLog::save_snapshot(const Snapshot& snapshot) { return snapshots_->save(snapshot); }
Result<std::shared_ptr<const Snapshot>> LmdbLog::snapshot_before(LogIndex index) const {
  return snapshots_->before(index);
}
Result<std::vector<LogIndex>> LmdbLog::snapshots() const { return snapshots_->list(); }
Result<void> LmdbLog::drop_snapshot(LogIndex index) { return snapshots_->drop(index); }

// A bounded number a commit: appends get their turn in between.
Result<void> LmdbLog::drop_before(LogIndex first) {
  CHECK(first <= next(last()), "cannot drop what is not there yet");
  for (LogPosition base = this->base(); next(base.index) < first;) {
    auto dropped = drop_some(first);
    if (!dropped) return dropped.refusal();
    base = std::move(*dropped);
  }
  return {};
}

Result<LogPosition> LmdbLog::drop_some(LogIndex first) {
  const std::lock_guard writing{writing_};
  Tip after = tip();
  const LogIndex from = next(after.base.index);
  const LogIndex end{std::min(first.value(), from.value() + kDropsPerCommit)};
  LmdbTxn txn;
  if (auto begun = env_->begin_write(txn); !begun) return begun.refusal();
  auto base = records_->position(txn, prev(end));
  if (!base) return base;
  if (auto dropped = records_->drop_range(txn, from, end); !dropped) return dropped.refusal();
  if (auto set = records_->set_base(txn, *base); !set) return set.refusal();
  after.base = *base;
  if (auto done = finish(txn, std::move(after)); !done) return done.refusal();
  return base;
}

}  // namespace skein
