#include "tools/skein/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace skein::cli {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// The number at the front of `text`, which loses it.
std::optional<double> take_number(std::string_view& text) {
  double number = 0;
  if (text.empty() || (!is_digit(text.front()) && text.front() != '.')) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::optional<std::int64_t> take_unit(std::string_view& text) {
  using Unit = std::pair<std::string_view, std::int64_t>;
  static constexpr std::array<Unit, 8> kUnits{{{"ns", 1},
                                               {"us", 1'000},
                                               {"µs", 1'000},
                                               {"ms", 1'000'000},
                                               {"s", kSecond},
                                               {"m", kMinute},
                                               {"h", kHour},
                                               {"d", 24 * kHour}}};
  for (const auto& [name, ns] : kUnits) {
    if (!text.starts_with(name)) continue;
    text.remove_prefix(name.size());
    return ns;
  }
  return std::nullopt;
}

// "1.5" without trailing zeros.
std::string trimmed(double value) {
  std::string text = fmt::format("{:.9f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string_view take_run(std::string_view& text, bool digits) {
  std::size_t size = 0;
  while (size < text.size() && is_digit(text[size]) == digits) ++size;
  const std::string_view run = text.substr(0, size);
  text.remove_prefix(size);
  return run;
}

// By value, then by length: "2" < "10", "1" < "01".
int compare_digits(std::string_view a, std::string_view b) {
  const auto bare = [](std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
    return text;
  };
  const std::string_view x = bare(a);
  const std::string_view y = bare(b);
  if (x.size() != y.size()) return x.size() < y.size() ? -1 : 1;
  if (const int order = x.compare(y)) return order;
  return a.size() == b.size() ? 0 : (a.size() < b.size() ? -1 : 1);
}

}  // namespace

std::string human_duration(std::int64_t ns) {
  const std::int64_t seconds = ns / kSecond;
  if (seconds < 1) return "Less than a second";
  if (seconds == 1) return "1 second";
  if (seconds < 60) return fmt::format("{} seconds", seconds);
  const std::int64_t minutes = seconds / 60;
  if (minutes == 1) return "About a minute";
  if (minutes < 60) return fmt::format("{} minutes", minutes);
  const std::int64_t hours = (ns + kHour / 2) / kHour;
  if (hours == 1) return "About an hour";
  if (hours < 48) return fmt::format("{} hours", hours);
  if (hours < 24 * 7 * 2) return fmt::format("{} days", hours / 24);
  if (hours < 24 * 30 * 2) return fmt::format("{} weeks", hours / 24 / 7);
  if (hours < 24 * 365 * 2) return fmt::format("{} months", hours / 24 / 30);
  return fmt::format("{} years", ns / kHour / 24 / 365);
}

std::string go_duration(std::int64_t ns) {
  if (ns == 0) return "0s";
  if (ns < 0) return "-" + go_duration(-ns);
  if (ns < 1'000) return fmt::format("{}ns", ns);
  if (ns < 1'000'000) return trimmed(static_cast<double>(ns) / 1e3) + "µs";
  if (ns < kSecond) return trimmed(static_cast<double>(ns) / 1e6) + "ms";
  std::string out;
  if (ns >= kHour) out += fmt::format("{}h", ns / kHour);
  if (ns >= kMinute) out += fmt::format("{}m", ns % kHour / kMinute);
  return out + trimmed(static_cast<double>(ns % kMinute) / 1e9) + "s";
}

std::string binary_size(std::int64_t bytes) {
  static constexpr std::array kUnits{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  auto size = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; size >= 1024 && unit + 1 < kUnits.size(); ++unit) size /= 1024;
  return fmt::format("{:.4g}{}", size, kUnits[unit]);
}

std::string short_id(const std::string& id) { return id.substr(0, 12); }

std::string capitalised(std::string_view word) {
  std::string out{word};
  if (!out.empty() && out.front() >= 'a' && out.front() <= 'z')
    out.front() = static_cast<char>(out.front() - 'a' + 'A');
  return out;
}

std::string lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), to_lower);
  return out;
}

std::string in_quotes(std::string_view text) { return fmt::format("\"{}\"", text); }

bool natural_less(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const bool digits = is_digit(a.front());
    if (digits != is_digit(b.front())) return a.front() < b.front();
    const std::string_view x = take_run(a, digits);
    const std::string_view y = take_run(b, digits);
    if (const int order = digits ? compare_digits(x, y) : x.compare(y)) return order < 0;
  }
  return a.empty() && !b.empty();
}

std::string go_time(std::int64_t at_ns) {
  std::string text = rfc3339(WallTime{at_ns});  // 2026-11-20T12:10:01.082408379Z
  text.pop_back();
  text[10] = ' ';
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text + " +0000 utc";
}

std::string without_digest(const std::string& image) {
  const std::string name = image.substr(0, image.find('@'));
  const std::size_t slash = name.rfind('/');
  const std::size_t colon = name.find(':', slash == std::string::npos ? 0 : slash);
  return colon == std::string::npos ? image : name;
}

Result<std::int64_t> parse_duration(std::string_view text) {
  const Refusal bad{Errc::invalid, fmt::format("time: invalid duration \"{}\"", text)};
  std::string_view rest = text;
  if (rest == "0") return 0;
  if (rest.empty()) return bad;
  double total = 0;
  while (!rest.empty()) {
    const auto number = take_number(rest);
    if (!number) return bad;
    const auto unit = take_unit(rest);
    if (!unit) return Refusal{Errc::invalid, fmt::format("time: missing or unknown unit in duration \"{}\"", text)};
    total += *number * static_cast<double>(*unit);
  }
  if (total > 9.2e18) return bad;
  return std::llround(total);
}

Result<std::int64_t> parse_size(std::string_view text) {
  const Refusal bad{Errc::invalid, fmt::format("invalid size: '{}'", text)};
  std::string_view rest = text;
  const auto number = take_number(rest);
  if (!number) return bad;
  std::string unit = lower(rest);
  unit.erase(0, std::min(unit.find_first_not_of(' '), unit.size()));
  double factor = 1;
  if (!unit.empty() && unit != "b") {
    const std::size_t power = std::string_view{"kmgtp"}.find(unit.front());
    const std::string tail = unit.substr(1);
    if (power == std::string_view::npos || (!tail.empty() && tail != "b" && tail != "ib")) return bad;
    factor = std::pow(1024.0, static_cast<double>(power + 1));
  }
  if (*number * factor > 9.2e18) return bad;
  return static_cast<std::int64_t>(*number * factor);
}

Result<std::int64_t> parse_cpus(std::string_view text) {
  std::string_view rest = text;
  const auto number = take_number(rest);
  if (!number || !rest.empty() || *number > 9e9)
    return Refusal{Errc::invalid, fmt::format("Failed to parse {} as a rational number", text)};
  return std::llround(*number * 1e9);
}

Result<std::uint64_t> parse_natural(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range)
    return Refusal{Errc::invalid, fmt::format("strconv.ParseUint: parsing \"{}\": value out of range", text)};
  if (error != std::errc{} || end != text.data() + text.size())
    return Refusal{Errc::invalid, fmt::format("strconv.ParseUint: parsing \"{}\": invalid syntax", text)};
  return number;
}

Result<bool> parse_bool(std::string_view text) {
  const std::string word = lower(text);
  if (word == "1" || word == "t" || word == "true") return true;
  if (word == "0" || word == "f" || word == "false") return false;
  return Refusal{Errc::invalid, fmt::format("strconv.ParseBool: parsing \"{}\": invalid syntax", text)};
}

Result<Moment> parse_moment(const std::string& text) {
  if (const auto index = parse_natural(text)) return Moment{LogIndex{*index}};
  const auto time = parse_rfc3339(text);
  if (time) return Moment{*time};
  return Refusal{Errc::invalid, "invalid moment \"" + text + "\": give a log index or an RFC 3339 time"};
}

Result<WallTime> parse_since(const std::string& text, WallTime now) {
  if (const auto before = parse_duration(text)) return WallTime{now.ns - *before};
  if (const auto time = parse_rfc3339(text)) return *time;
  if (const auto seconds = parse_natural(text)) {
    if (*seconds <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / kSecond))
      return WallTime{static_cast<std::int64_t>(*seconds) * kSecond};
  }
  return Refusal{Errc::invalid, "failed to parse value as time or duration: " + in_quotes(text)};
}

}  // namespace skein::cli
