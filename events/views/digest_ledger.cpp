#include "events/views/digest_ledger.h"

#include <fmt/format.h>

namespace skein {

Result<std::optional<std::pair<LogIndex, std::string>>> DigestLedger::note(const View& view, const Record& record) {
  using Noted = std::optional<std::pair<LogIndex, std::string>>;
  for (const Event& event : record.events())
    if (event.has_state_digest_recorded())
      if (Result<void> same = compare(event.state_digest_recorded()); !same) return same.refusal();
  if (record.index() % kDigestEvery != 0) return Noted{};
  if (own_.size() == kDigestsKept) own_.erase(own_.begin());
  const std::string digest = view.state_digest();
  own_[record.index()] = digest;
  return Noted{{view.index(), digest}};
}

Result<void> DigestLedger::compare(const StateDigestRecorded& recorded) const {
  const auto own = own_.find(recorded.at_index());
  if (own == own_.end() || own->second == recorded.state_digest()) return {};
  return Refusal{Errc::fault, fmt::format("this node's state at index {} differs from the one the leader recorded; its "
                                          "fold cannot be trusted. Stop it and let it rebuild from the log",
                                          recorded.at_index())};
}

}  // namespace skein
