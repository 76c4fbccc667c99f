#include "events/raft/log_tail.h"

#include <algorithm>
#include <string>
#include <utility>

#include "events/base/check.h"
#include "events/store/chain.h"

namespace skein::raft {
namespace {

Refusal no_record(LogIndex index) {
  return {Errc::not_found, "the log has no record " + std::to_string(index.value())};
}

}  // namespace

LogTail::LogTail(LogPosition last, const LogReader& reader, std::size_t cache_bytes_max)
    : reader_{reader},
      cache_bytes_max_{cache_bytes_max},
      base_{last},
      last_{std::move(last)},
      persisted_{last_.index},
      under_way_{last_.index},
      taken_{last_.index} {}

LogIndex LogTail::first() const { return std::max(floor_, std::min(next(reader_.base().index), next(base_.index))); }

Result<Term> LogTail::term_at(LogIndex index) const {
  if (index == LogIndex{}) return Term{};
  if (index == last_.index) return last_.term;
  if (index == base_.index) return base_.term;
  if (index > last_.index || next(index) < first()) return no_record(index);
  if (index > base_.index) return Term{held(index).record->term()};
  return reader_.term_at(index);
}

Result<RecordPtr> LogTail::at(LogIndex index) const {
  if (index > last_.index || index < first()) return no_record(index);
  if (index > base_.index) return held(index).record;
  auto records = reader_.read(index, {1, 1});
  if (!records) return records.refusal();
  if (records->empty())
    return Refusal{Errc::fault, "record " + std::to_string(index.value()) + " is gone from the disk"};
  return records->front();
}

Result<LogPosition> LogTail::position_at(LogIndex index) const {
  if (index == LogIndex{}) return log_start();
  if (index == last_.index) return last_;
  if (index == base_.index) return base_;
  if (LogPosition disk = reader_.base(); index == disk.index && index >= floor_) return disk;
  auto record = at(index);
  if (!record) return record.refusal();
  return position_of(**record);
}

Result<std::vector<RecordPtr>> LogTail::read(LogIndex from, LogIndex upto, std::size_t bytes_max) const {
  upto = std::min(upto, last_.index);
  if (from > upto) return std::vector<RecordPtr>{};
  if (from < first()) return no_record(from);
  if (from <= base_.index) {
    const LogIndex end = std::min(upto, base_.index);
    return reader_.read(from, {static_cast<std::size_t>(end.value() - from.value() + 1), bytes_max});
  }
  std::vector<RecordPtr> records;
  const std::uint64_t before = from == next(base_.index) ? bytes_before_window_ : held(prev(from)).bytes_upto;
  for (LogIndex at = from; at <= upto; at = next(at)) {
    if (!records.empty() && held(at).bytes_upto - before > bytes_max) break;
    records.push_back(held(at).record);
  }
  return records;
}

std::size_t LogTail::bytes_after(LogIndex index) const {
  if (window_.empty() || index >= last_.index) return 0;
  const std::uint64_t before = index > base_.index ? held(index).bytes_upto : bytes_before_window_;
  return static_cast<std::size_t>(window_.back().bytes_upto - before);
}

void LogTail::append(RecordPtr record) {
  CHECK(record->index() == next(last_.index).value(), "gap in the log");
  CHECK(record->term() >= last_.term.value(), "term falls along the log");
  const std::uint64_t before = window_.empty() ? bytes_before_window_ : window_.back().bytes_upto;
  last_ = position_of(*record);
  const std::uint64_t size = record->ByteSizeLong();
  window_.push_back({std::move(record), before + size});
}

Result<void> LogTail::truncate_from(LogIndex index) {
  CHECK(index >= first() && index <= last_.index);
  auto before = position_at(prev(index));
  if (!before) return before.refusal();
  if (index <= taken_) truncate_from_ = std::min(index, truncate_from_.value_or(index));
  taken_ = std::min(taken_, before->index);
  under_way_ = std::min(under_way_, before->index);
  persisted_ = std::min(persisted_, before->index);
  while (!window_.empty() && window_.back().record->index() >= index.value()) window_.pop_back();
  if (window_.empty()) base_ = *before;
  last_ = *std::move(before);
  return {};
}

void LogTail::restart_after(const LogPosition& start) {
  window_.clear();
  bytes_before_window_ = 0;
  base_ = last_ = start;
  floor_ = next(start.index);
  persisted_ = std::min(persisted_, start.index);
  under_way_ = LogIndex{};
  taken_ = start.index;
  truncate_from_.reset();
  restart_after_ = start;
}

void LogTail::take_unsaved(AppendGroup& group) {
  group.restart_after = std::exchange(restart_after_, std::nullopt);
  group.truncate_from = std::exchange(truncate_from_, std::nullopt);
  for (LogIndex at = next(taken_); at <= last_.index; at = next(at)) group.records.push_back(held(at).record);
  taken_ = under_way_ = last_.index;
}

void LogTail::saved() { persisted_ = std::max(persisted_, under_way_); }

void LogTail::forget(LogIndex upto) {
  upto = std::min(upto, persisted_);
  while (!window_.empty() && window_.front().record->index() <= upto.value() &&
         window_.back().bytes_upto - bytes_before_window_ > cache_bytes_max_) {
    base_ = position_of(*window_.front().record);
    bytes_before_window_ = window_.front().bytes_upto;
    window_.pop_front();
  }
}

}  // namespace skein::raft
