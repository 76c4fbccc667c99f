// Words for people: durations, sizes, names and ids as docker writes and sorts them, and how users write them.
//
// Sources: docker/go-units duration.go and size.go, docker/cli opts, fvbommel/sortorder (natural order). Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/ports/gateway.h"
#include "events/base/result.h"

namespace skein::cli {

std::string human_duration(std::int64_t ns);     // "About a minute", "3 hours"
std::string go_duration(std::int64_t ns);        // "1m30s", "1.5s", "0s"
std::string binary_size(std::int64_t bytes);     // "23.54GiB"
std::string short_id(const std::string& id);     // 12 characters
std::string capitalised(std::string_view word);  // "Running"
std::string lower(std::string_view text);
std::string in_quotes(std::string_view text);               // "\"x\""
bool natural_less(std::string_view a, std::string_view b);  // web.2 before web.10
std::string go_time(std::int64_t at_ns);                    // "2026-11-20 12:10:01.08 +0000 utc"
std::string without_digest(const std::string& image);       // "bb:1@sha256:..." -> "bb:1"

// What users type. Refused (invalid) with docker's texts.
Result<std::int64_t> parse_duration(std::string_view text);  // "1m30s", "500ms"
Result<std::int64_t> parse_size(std::string_view text);      // "64M", "1.5GiB"
Result<std::int64_t> parse_cpus(std::string_view text);      // "0.5" -> 500000000
Result<std::uint64_t> parse_natural(std::string_view text);  // strconv.ParseUint
Result<bool> parse_bool(std::string_view text);
// A log index, or an RFC 3339 time.
Result<Moment> parse_moment(const std::string& text);
// A time, or a duration before `now`: --since 10m.
Result<WallTime> parse_since(const std::string& text, WallTime now);

}  // namespace skein::cli
