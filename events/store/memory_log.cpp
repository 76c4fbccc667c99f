#include "events/store/memory_log.h"

#include <algorithm>
#include <iterator>

#include "events/base/check.h"
#include "events/store/append_rules.h"
#include "events/store/chain.h"

namespace skein {

using Lock = std::lock_guard<std::mutex>;

MemoryLog::MemoryLog() : base_{log_start()} {}

LogPosition MemoryLog::position() const { return records_.empty() ? base_ : position_of(*records_.back()); }

LogIndex MemoryLog::first() const {
  const Lock lock{mutex_};
  return next(base_.index);
}

LogIndex MemoryLog::last() const {
  const Lock lock{mutex_};
  return position().index;
}

Term MemoryLog::last_term() const {
  const Lock lock{mutex_};
  return position().term;
}

std::string MemoryLog::last_digest() const {
  const Lock lock{mutex_};
  return position().digest;
}

LogPosition MemoryLog::base() const {
  const Lock lock{mutex_};
  return base_;
}

HardState MemoryLog::hard_state() const {
  const Lock lock{mutex_};
  return hard_state_;
}

Result<void> MemoryLog::append(const AppendGroup& group) {
  if (auto fit = check_group(group); !fit) return fit;
  const Lock lock{mutex_};
  if (group.restart_after) {
    base_ = *group.restart_after;
    records_.clear();
  }
  if (group.truncate_from) truncate(*group.truncate_from);
  for (const RecordPtr& record : group.records) put(record);
  for (const Payload& payload : group.payloads) payloads_.try_emplace(payload.digest(), payload);
  if (group.hard_state) hard_state_ = *group.hard_state;
  return {};
}

void MemoryLog::truncate(LogIndex from) {
  CHECK(from > base_.index, "cannot truncate what was dropped");
  const std::size_t keep = from.value() - base_.index.value() - 1;
  if (keep < records_.size()) records_.resize(keep);
}

void MemoryLog::put(const RecordPtr& record) {
  std::string canonical;
  append_canonical(*record, canonical);
  check_follows(position(), *record, canonical);
  records_.push_back(record);
}

Result<std::vector<RecordPtr>> MemoryLog::read(LogIndex from, ReadBounds bounds) const {
  const Lock lock{mutex_};
  if (from <= base_.index)
    return Refusal{Errc::not_found, "records before " + std::to_string(base_.index.value() + 1) + " were dropped"};
  std::vector<RecordPtr> out;
  std::size_t bytes = 0;
  for (std::size_t at = from.value() - base_.index.value() - 1; at < records_.size(); ++at) {
    bytes += records_[at]->ByteSizeLong();
    if (!out.empty() && (bytes > bounds.bytes_max || out.size() >= bounds.records_max)) break;
    out.push_back(records_[at]);
  }
  return out;
}

Result<Term> MemoryLog::term_at(LogIndex index) const {
  const Lock lock{mutex_};
  if (index == base_.index) return base_.term;
  if (index < base_.index || index > position().index)
    return Refusal{Errc::not_found, "no record " + std::to_string(index.value())};
  return Term{records_[index.value() - base_.index.value() - 1]->term()};
}

Result<LogIndex> MemoryLog::index_at(std::int64_t at_ns) const {
  const Lock lock{mutex_};
  const auto later = [](std::int64_t time, const RecordPtr& record) { return time < record->at_ns(); };
  const auto end = std::upper_bound(records_.begin(), records_.end(), at_ns, later);
  if (end == records_.begin()) return base_.at_ns <= at_ns ? base_.index : LogIndex{};
  return LogIndex{(*std::prev(end))->index()};
}

Result<Payload> MemoryLog::payload(const std::string& digest) const {
  const Lock lock{mutex_};
  const auto found = payloads_.find(digest);
  if (found == payloads_.end()) return Refusal{Errc::not_found, "payload was erased or is not here yet"};
  return found->second;
}

Result<void> MemoryLog::erase_payload(const std::string& digest) {
  const Lock lock{mutex_};
  payloads_.erase(digest);
  return {};
}

Result<void> MemoryLog::save_snapshot(const Snapshot& snapshot) {
  const Lock lock{mutex_};
  snapshots_.insert_or_assign(LogIndex{snapshot.index()}, std::make_shared<const Snapshot>(snapshot));
  return {};
}

Result<std::shared_ptr<const Snapshot>> MemoryLog::snapshot_before(LogIndex index) const {
  const Lock lock{mutex_};
  const auto after = snapshots_.upper_bound(index);
  if (after == snapshots_.begin()) return std::shared_ptr<const Snapshot>{};
  return std::prev(after)->second;
}

Result<std::vector<LogIndex>> MemoryLog::snapshots() const {
  const Lock lock{mutex_};
  std::vector<LogIndex> out;
  for (const auto& [index, snapshot] : snapshots_) out.push_back(index);
  return out;
}

Result<void> MemoryLog::drop_snapshot(LogIndex index) {
  const Lock lock{mutex_};
  snapshots_.erase(index);
  return {};
}

Result<void> MemoryLog::drop_before(LogIndex first) {
  const Lock lock{mutex_};
  CHECK(first <= next(position().index), "cannot drop what is not there yet");
  while (!records_.empty() && next(base_.index) < first) {
    base_ = position_of(*records_.front());
    records_.pop_front();
  }
  return {};
}

}  // namespace skein
