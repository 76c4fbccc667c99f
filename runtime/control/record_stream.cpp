#include "runtime/control/record_stream.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "runtime/control/record_filter.h"

namespace skein {
namespace {

constexpr std::chrono::milliseconds kLookEvery{250};  // whether the asker is still there
constexpr std::size_t kBatchBytes = 512 * 1024;
constexpr std::uint64_t kTellEvery = 4096;  // records without anything to show

LogIndex end_of(Gateway& gateway) {
  LogIndex end;
  gateway.read([&](const View& view) { end = view.index(); });
  return end;
}

// The state just before `from`, so that the filter knows whose tasks are whose; never the future. Returns its index.
Result<LogIndex> seed(Gateway& gateway, RecordFilter& filter, std::uint64_t from) {
  LogIndex seen;
  const auto reader = [&](const View& view) {
    filter.seed(view);
    seen = view.index();
  };
  if (from <= 1) return seen;
  if (from > end_of(gateway).value()) {
    gateway.read(reader);
    // It may have moved past `from` meanwhile: then the past is asked after all.
    if (seen.value() < from) return seen;
  }
  if (auto read = gateway.read_at(LogIndex{from - 1}, reader); !read) return read.refusal();
  return seen;
}

class Batcher {
 public:
  Batcher(const RecordSink& sink, std::uint64_t from) : sink_{sink}, from_{from} { batch_.set_next(from); }

  // False: the asker has gone.
  bool add(const RecordPtr& picked, std::uint64_t index) {
    if (index < from_) return true;
    batch_.set_next(index + 1);
    ++silent_;
    if (picked) {
      bytes_ += picked->ByteSizeLong();
      *batch_.add_records() = *picked;
    }
    return bytes_ < kBatchBytes ? true : flush();
  }
  bool flush() {
    if (batch_.records().empty() && silent_ < kTellEvery) return true;
    const std::uint64_t next = batch_.next();
    const bool sent = sink_.send(batch_);
    batch_.Clear();
    batch_.set_next(next);
    bytes_ = 0;
    silent_ = 0;
    return sent;
  }

 private:
  const RecordSink& sink_;
  const std::uint64_t from_;
  control::RecordBatch batch_;
  std::size_t bytes_ = 0;
  std::uint64_t silent_ = 0;
};

}  // namespace

Result<void> stream_batches(Gateway& gateway, const control::SubscribeRequest& request, const RecordSink& sink) {
  auto filter = RecordFilter::parse({request.filter().begin(), request.filter().end()});
  if (!filter) return filter.refusal();
  const std::uint64_t from = std::max<std::uint64_t>(1, request.from());
  std::uint64_t last = request.follow() ? std::numeric_limits<std::uint64_t>::max() : end_of(gateway).value();
  if (request.records_max() != 0) last = std::min(last, from + request.records_max() - 1);
  std::uint64_t at = from;
  if (filter->needs_seed()) {
    const auto seeded = seed(gateway, *filter, from);
    if (!seeded) return seeded.refusal();
    at = next(*seeded).value();
  }
  const auto tail = gateway.tail(LogIndex{at});
  Batcher out{sink, from};
  while (at <= last && !sink.gone()) {
    const auto records = tail->next(kLookEvery);
    if (!records) return records.refusal();
    for (const RecordPtr& record : *records) {
      if (record->index() > last) break;
      if (!out.add(filter->pick(record), record->index())) return {};
    }
    if (!records->empty()) at = records->back()->index() + 1;
    if (!out.flush()) return {};
  }
  return {};
}

}  // namespace skein
