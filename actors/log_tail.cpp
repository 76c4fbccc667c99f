#include "actors/log_tail.h"

#include <algorithm>
#include <functional>

#include "events/views/digest_ledger.h"

namespace skein {
namespace {

// Calls `each` with every record from the first to `last`, in bounded batches.
Result<void> walk(const EventLog& log, LogIndex last, const std::function<Result<void>(const Record&)>& each) {
  LogIndex at = log.first();
  while (at <= last) {
    Result<std::vector<RecordPtr>> records = log.read(at, {});
    if (!records) return records.refusal();
    if (records->empty()) return Refusal{Errc::fault, "the log ends before index " + std::to_string(last.value())};
    for (const RecordPtr& record : *records) {
      if (record->index() > last.value()) return {};
      if (Result<void> ok = each(*record); !ok) return ok;
    }
    at = LogIndex{records->back()->index() + 1};
  }
  return {};
}

}  // namespace

Result<std::vector<RecordPtr>> StoredTail::next(std::chrono::milliseconds wait) {
  const LogIndex committed = signal_.wait_past(prev(next_), wait);
  if (signal_.closed()) return Refusal{Errc::unavailable, "this node is leaving the swarm"};
  if (committed < next_) return std::vector<RecordPtr>{};
  ReadBounds bounds;
  bounds.records_max = std::min<std::size_t>(bounds.records_max, committed.value() - next_.value() + 1);
  Result<std::vector<RecordPtr>> records = log_.read(next_, bounds);
  if (records && !records->empty()) next_ = LogIndex{records->back()->index() + 1};
  return records;
}

Result<std::uint64_t> verify_chain(const EventLog& log, LogIndex last) {
  std::uint64_t count = 0;
  Result<void> walked = walk(log, last, [&](const Record&) -> Result<void> {  // the read itself verifies the chain
    ++count;
    return {};
  });
  if (!walked) return walked.refusal();
  return count;
}

Result<Replayed> replay_all(const EventLog& log, LogIndex last) {
  Replayed replayed;
  View view;
  DigestLedger ledger;
  Result<void> walked = walk(log, last, [&](const Record& record) -> Result<void> {
    view.apply(record);
    ++replayed.records;
    replayed.events += static_cast<std::uint64_t>(record.events_size());
    if (auto noted = ledger.note(view, record); !noted) return noted.refusal();
    return {};
  });
  if (!walked) return walked.refusal();
  replayed.digest = view.state_digest();
  return replayed;
}

}  // namespace skein
