// DigestLedger: proves that two folds of one log agree. The leader records the state digest of its View at every
// kDigestEvery-th index; every manager and every replay computes its own and compares (architecture.md section 5).
//
// Invariants: digests are kept for the last kDigestsKept such indexes; a recorded digest for an index that is no longer
// or not yet kept (after starting from a snapshot) cannot be judged and passes. Owned by whoever folds the View.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "events/base/result.h"
#include "events/proto/record.pb.h"
#include "events/views/view.h"

namespace skein {

inline constexpr std::uint64_t kDigestEvery = 1000;
inline constexpr std::size_t kDigestsKept = 64;

class DigestLedger {
 public:
  // Call after `view` has folded `record`. Returns (index, digest) when this is an index to record; refuses with
  // Errc::fault when the record carries a digest that differs from our own.
  Result<std::optional<std::pair<LogIndex, std::string>>> note(const View& view, const Record& record);

 private:
  Result<void> compare(const StateDigestRecorded& recorded) const;
  std::map<std::uint64_t, std::string> own_;
};

}  // namespace skein
