// The event log as a stream of JSON lines (GET /skein/v1/log): from an index on, optionally for ever.
//
// Resumable: pass the last line's index + 1. An index beyond the end waits with follow and is an empty answer without.
// Filters: `filter=key=value`, repeated; values of one key are alternatives, keys must all hold. Keys: type
// ("TaskObserved"), id, principal, via, node, command, kind; aggregate ("service"). Threads: the connection's own.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>

#include "actors/ports/gateway.h"
#include "runtime/api/json_out.h"

namespace skein {

struct LogStreamQuestion {
  LogIndex from{1};
  bool follow = false;
  std::map<std::string, std::set<std::string>> filters;
};
Result<LogStreamQuestion> read_log_stream_question(const Query& query);

// Calls `line` for every event asked for, until the end (or for ever), until it returns false or `gone` true.
Result<void> stream_records(Gateway& gateway, const LogStreamQuestion& question,
                            const std::function<bool(const Json&)>& line, const std::function<bool()>& gone);

}  // namespace skein
