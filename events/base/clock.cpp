#include "events/base/clock.h"

#include <fmt/format.h>

#include <cstdio>
#include <ctime>

namespace skein {
namespace {

constexpr std::int64_t kNanos = 1'000'000'000;

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

Refusal bad_time(std::string_view text) {
  return {Errc::invalid, fmt::format("'{}' is not a time; write it as 2006-01-02T15:04:05Z (RFC 3339)", text)};
}

// Reads ".123"; returns nanoseconds and moves `text` past it.
std::int64_t take_fraction(std::string_view& text) {
  if (text.empty() || text[0] != '.') return 0;
  text.remove_prefix(1);
  std::int64_t ns = 0;
  std::int64_t unit = kNanos / 10;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    ns += unit * (text[0] - '0');
    unit /= 10;
    text.remove_prefix(1);
  }
  return ns;
}

// Reads "Z", "+02:00" or "-02:00" as seconds east of Greenwich; false if it is none of them.
bool take_offset(std::string_view text, std::int64_t& seconds) {
  if (text == "Z" || text == "z") return true;
  int hours = 0;
  int minutes = 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-')) return false;
  if (std::sscanf(std::string{text.substr(1)}.c_str(), "%2d:%2d", &hours, &minutes) != 2) return false;
  seconds = (hours * 60 + minutes) * 60 * (text[0] == '+' ? 1 : -1);
  return true;
}

}  // namespace

std::string rfc3339(WallTime time) {
  const std::time_t seconds = floor_div(time.ns, kNanos);
  std::tm tm{};
  gmtime_r(&seconds, &tm);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                     tm.tm_hour, tm.tm_min, tm.tm_sec, time.ns - seconds * kNanos);
}

Result<WallTime> parse_rfc3339(std::string_view text) {
  std::tm tm{};
  int used = 0;
  const std::string whole{text};
  if (std::sscanf(whole.c_str(), "%4d-%2d-%2d%*[Tt ]%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
                  &tm.tm_min, &tm.tm_sec, &used) != 6)
    return bad_time(text);
  tm.tm_year -= 1900;
  tm.tm_mon -= 1;
  std::string_view rest = text.substr(static_cast<std::size_t>(used));
  const std::int64_t fraction = take_fraction(rest);
  std::int64_t offset = 0;
  if (!take_offset(rest, offset)) return bad_time(text);
  return WallTime{(static_cast<std::int64_t>(timegm(&tm)) - offset) * kNanos + fraction};
}

}  // namespace skein
