// StoredTail: reads the committed log for threads outside the actor system. Holds an index, nothing else.
#pragma once
#include "actors/commit_signal.h"
#include "actors/ports/gateway.h"

namespace skein {

class StoredTail final : public LogTail {
 public:
  // REQUIRES: log and signal outlive this.
  StoredTail(const EventLog& log, const CommitSignal& signal, LogIndex from)
      : log_{log}, signal_{signal}, next_{from.value() == 0 ? LogIndex{1} : from} {}
  Result<std::vector<RecordPtr>> next(std::chrono::milliseconds wait) override;

 private:
  const EventLog& log_;
  const CommitSignal& signal_;
  LogIndex next_;
};

// Every record's chain, from the first to `last`: how many were verified, or the refusal naming the index.
Result<std::uint64_t> verify_chain(const EventLog& log, LogIndex last);
// The View from nothing up to `last`, compared with the digests recorded on the way.
struct Replayed {
  std::uint64_t records = 0, events = 0;
  std::string digest;
};
Result<Replayed> replay_all(const EventLog& log, LogIndex last);

}  // namespace skein
