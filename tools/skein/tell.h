// Tell: records and events in words: one line an event, for `log tail`, `log show` and `why`. Pure.
#pragma once
#include <string>

#include "events/proto/control.pb.h"
#include "events/proto/record.pb.h"
#include "tools/skein/console.h"

namespace skein::cli {

// "running: started" of a TaskObserved; "" when the type says it all.
std::string what_happened(const Event& event);
// "       7  2026-01-02 12:10:01.082  root (uid 0) via docker/28.2.2  ServiceCreated  abcdef  web: image bb:1"
std::string event_text(const Console& console, const Record& record, const Event& event);
// "root (uid 0) via docker/28.2.2"
std::string who(const Origin& origin);
// A record of a chain of causes, over several lines.
std::string step_text(const Console& console, const control::WhyStep& step);
// "2026-01-02 12:10:01.082"
std::string time_text(std::int64_t at_ns);

}  // namespace skein::cli
