#include "events/store/append_rules.h"

#include "events/base/check.h"
#include "events/store/chain.h"
#include "events/store/upcast.h"

namespace skein {

Result<void> check_group(const AppendGroup& group) {
  CHECK(!(group.restart_after && group.truncate_from), "a restarted log has nothing to truncate");
  for (const RecordPtr& record : group.records) {
    CHECK(record != nullptr);
    if (auto known = check_kinds(*record); !known) return known;
  }
  for (const Payload& payload : group.payloads) {
    if (payload.digest() != payload_digest(payload.salt(), payload.data()))
      return Refusal{Errc::invalid, "payload does not match its digest"};
  }
  return {};
}

void check_follows(const LogPosition& last, const Record& record, std::string_view canonical) {
  CHECK(record.index() == last.index.value() + 1, "gap in the log");
  CHECK(record.term() >= last.term.value(), "term falls along the log");
  CHECK(record.at_ns() >= last.at_ns, "time falls along the log");
  CHECK(record.digest() == view(sha256(last.digest, canonical)), "record is not chained to the one before");
}

}  // namespace skein
