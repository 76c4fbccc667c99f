// Where a task, service or node that is no longer in the cluster went: the last record that removed one so called.
//
// Reads the whole log once: the names of what is gone are nowhere else. A name is the service's or the host's; ids may
// be cut to four digits or more. Threads: any; blocks.
#pragma once
#include <functional>
#include <string>

#include "actors/ports/gateway.h"
#include "events/proto/control.pb.h"

namespace skein {

// 0: none was. fault: the log cannot be read.
Result<LogIndex> removal_of(Gateway& gateway, control::Kind kind, const std::string& typed,
                            const std::function<bool()>& gone);

}  // namespace skein
