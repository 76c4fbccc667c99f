// Times in queries: Unix seconds with an optional fraction ("1700000000.000000123"), or RFC 3339. Pure; any thread.
#pragma once
#include <optional>
#include <string>

#include "events/base/clock.h"
#include "events/base/result.h"

namespace skein {

Result<std::optional<WallTime>> query_time(const std::string& text);  // nullopt: empty

}  // namespace skein
