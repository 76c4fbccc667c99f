#include "runtime/api/query_time.h"

#include <charconv>
#include <string_view>

namespace skein {
namespace {

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Result<std::optional<WallTime>> query_time(const std::string& text) {
  if (text.empty()) return std::optional<WallTime>{};
  const std::size_t dot = std::min(text.find('.'), text.size());
  std::string fraction = text.substr(std::min(dot + 1, text.size())).substr(0, 9);
  fraction.resize(9, '0');
  const auto seconds = number(std::string_view{text}.substr(0, dot));
  const auto nanos = number(fraction);
  constexpr std::int64_t kSecondNs = 1'000'000'000;
  if (seconds && nanos && *nanos >= 0 && *seconds < INT64_MAX / kSecondNs && *seconds >= 0)
    return std::optional{WallTime{*seconds * kSecondNs + *nanos}};
  auto parsed = parse_rfc3339(text);
  if (!parsed) return Refusal{Errc::invalid, "invalid time '" + text + "'"};
  return std::optional{*parsed};
}

}  // namespace skein
