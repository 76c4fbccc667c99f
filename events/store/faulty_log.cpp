#include "events/store/faulty_log.h"

#include <algorithm>
#include <utility>

#include "events/base/check.h"
#include "events/store/chain.h"

namespace skein {
namespace {

Refusal disk_full() {
  return {Errc::exhausted, "no space left on the disk that holds the event log; free some and try again"};
}

Refusal disk_failed() {
  return {Errc::fault, "the disk that holds the event log failed (input/output error); check it, then restart"};
}

// Does `record` still verify with one bit of its canonical bytes changed? Asked of the real chain, not assumed.
bool verifies_flipped(const std::string& previous, const Record& record) {
  std::string bytes;
  append_canonical(record, bytes);
  char& middle = bytes[bytes.size() / 2];
  middle = static_cast<char>(middle ^ 1);
  return view(sha256(previous, bytes)) == record.digest();
}

}  // namespace

void FaultyLog::set_odds(Rng& rng, Odds odds) {
  CHECK(odds.disk_full + odds.before_write + odds.after_write <= 1'000'000);
  rng_ = &rng;
  odds_ = odds;
}

std::optional<FaultyLog::Fault> FaultyLog::draw() {
  if (next_fault_) return std::exchange(next_fault_, std::nullopt);
  if (rng_ == nullptr) return std::nullopt;
  std::uint64_t drawn = rng_->below(1'000'000);
  if (drawn < odds_.disk_full) return Fault::disk_full;
  drawn -= odds_.disk_full;
  if (drawn < odds_.before_write) return Fault::before_write;
  drawn -= odds_.before_write;
  if (drawn < odds_.after_write) return Fault::after_write;
  return std::nullopt;
}

Result<void> FaultyLog::append(const AppendGroup& group) {
  if (stopped_) return disk_failed();
  const auto fault = draw();
  return fault ? carry_out(*fault, group) : remember_and_append(group);
}

Result<void> FaultyLog::carry_out(Fault fault, const AppendGroup& group) {
  if (fault == Fault::disk_full) return disk_full();
  if (fault == Fault::after_write) {
    if (auto done = remember_and_append(group); !done) return done;
  }
  if (fault == Fault::torn) {
    AppendGroup part;
    part.restart_after = group.restart_after;
    part.truncate_from = group.truncate_from;
    const auto half = static_cast<std::ptrdiff_t>((group.records.size() + 1) / 2);
    part.records.assign(group.records.begin(), group.records.begin() + half);
    if (auto done = remember_and_append(part); !done) return done;
  }
  stopped_ = true;
  return disk_failed();
}

Result<void> FaultyLog::remember_and_append(const AppendGroup& group) {
  Undo undo = undo_of(group);
  if (auto done = inner_->append(group); !done) return done;
  if (group.restart_after) {
    undos_.clear();
    return {};
  }
  undos_.push_back(std::move(undo));
  if (undos_.size() > kGroupsRemembered) undos_.pop_front();
  return {};
}

FaultyLog::Undo FaultyLog::undo_of(const AppendGroup& group) const {
  Undo undo{inner_->last(), {}, inner_->hard_state()};
  if (!group.truncate_from) return undo;
  for (LogIndex from = *group.truncate_from; from <= undo.last;) {
    const auto records = inner_->read(from, {});
    CHECK(records && !records->empty(), "the wrapped log must be sound");
    undo.cut_off.insert(undo.cut_off.end(), records->begin(), records->end());
    from = LogIndex{undo.cut_off.back()->index() + 1};
  }
  return undo;
}

void FaultyLog::take_back(const Undo& undo) {
  AppendGroup group;
  const LogIndex cut{undo.cut_off.empty() ? undo.last.value() + 1 : undo.cut_off.front()->index()};
  if (cut <= inner_->last()) group.truncate_from = cut;
  group.records = undo.cut_off;
  group.hard_state = undo.hard_state;
  CHECK(inner_->append(group), "the wrapped log must be sound");
}

void FaultyLog::reopen() {
  for (; lose_ > 0 && !undos_.empty(); --lose_, undos_.pop_back()) take_back(undos_.back());
  lose_ = 0;
  undos_.clear();
  stopped_ = false;
}

Result<std::vector<RecordPtr>> FaultyLog::read(LogIndex from, ReadBounds bounds) const {
  auto records = inner_->read(from, bounds);
  if (!records || records->empty()) return records;
  const LogIndex end{records->back()->index()};
  const auto found = flipped_.lower_bound(from);
  if (found == flipped_.end() || *found > end) return records;
  const std::size_t at = found->value() - from.value();
  const auto before = *found == inner_->first() ? Result<std::vector<RecordPtr>>{std::vector<RecordPtr>{}}
                                                : inner_->read(prev(*found), {.records_max = 1});
  if (!before) return before;
  const std::string previous = before->empty() ? inner_->base().digest : before->front()->digest();
  if (verifies_flipped(previous, *(*records)[at])) return records;
  return Refusal{Errc::fault, "the event log is damaged at record " + std::to_string(found->value()) +
                                  ": it is not chained to the one before; restore it from a backup, or remove this "
                                  "manager and let it join anew"};
}

Result<void> FaultyLog::erase_payload(const std::string& digest) {
  if (stopped_) return disk_failed();
  return inner_->erase_payload(digest);
}

Result<void> FaultyLog::save_snapshot(const Snapshot& snapshot) {
  if (stopped_) return disk_failed();
  return inner_->save_snapshot(snapshot);
}

Result<void> FaultyLog::drop_snapshot(LogIndex index) {
  if (stopped_) return disk_failed();
  return inner_->drop_snapshot(index);
}

Result<void> FaultyLog::drop_before(LogIndex first) {
  if (stopped_) return disk_failed();
  undos_.clear();
  return inner_->drop_before(first);
}

}  // namespace skein
