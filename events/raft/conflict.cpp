#include "events/raft/conflict.h"

#include <algorithm>
#include <string>

#include "events/base/check.h"

namespace skein::raft {

Result<LogPlace> last_not_newer_than(const LogTail& log, LogIndex from, Term term) {
  CHECK(from <= log.last().index);
  LogIndex low = prev(log.first());  // may still be newer than `term`; the answer if nothing after it is old enough
  LogIndex high = from;
  while (low < high) {
    const LogIndex middle{low.value() + (high.value() - low.value() + 1) / 2};
    auto there = log.term_at(middle);
    if (!there) return there.refusal();
    if (*there <= term)
      low = middle;
    else
      high = prev(middle);
  }
  const LogIndex index = std::min(low, from);
  auto there = log.term_at(index);
  if (!there && there.refusal().code != Errc::not_found) return there.refusal();
  return LogPlace{index, there && *there <= term ? *there : Term{}};
}

Result<void> continues(const LogPosition& position, const Record& record, Term leader_term) {
  const auto broken = [&](const char* what) {
    return Refusal{Errc::fault, "raft: record " + std::to_string(record.index()) + " from a peer " + what};
  };
  if (record.index() != next(position.index).value()) return broken("leaves a gap");
  if (record.term() < position.term.value() || record.term() > leader_term.value()) return broken("has a wrong term");
  if (record.at_ns() < position.at_ns) return broken("goes back in time");
  if (record.digest() != chain_digest(position.digest, record)) return broken("is not chained to the one before");
  return {};
}

}  // namespace skein::raft
