// What may be appended: the rules every EventLog shares, so that the one in memory is as strict as the one on disk.
//
// A record out of order or off the chain is our own bug (CHECK). What may come from elsewhere is refused: an event of
// an unknown kind, a payload that is not what its digest says. Pure; any thread.
#pragma once
#include <string_view>

#include "events/base/result.h"
#include "events/store/event_log.h"

namespace skein {

Result<void> check_group(const AppendGroup& group);

// CHECKs that `record` may follow `last`: next index, term and time not falling, digest chained to last.digest.
// `canonical`: the record's canonical bytes.
void check_follows(const LogPosition& last, const Record& record, std::string_view canonical);

}  // namespace skein
