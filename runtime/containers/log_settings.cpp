#include "runtime/containers/log_settings.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <string_view>

#include "runtime/containers/unique_fd.h"

namespace skein {
namespace {

constexpr std::array<std::string_view, 10> kKnownOptions = {
    "max-size", "max-file", "labels", "labels-regex", "env", "env-regex", "tag", "compress", "mode", "max-buffer-size"};
constexpr int kMaxFile = 1000;

Refusal unknown_option(const std::string& option, const std::string& driver) {
  return {Errc::invalid, "unknown log opt '" + option + "' for " + driver + " log driver"};
}

Result<void> apply(LogSettings& settings, const std::string& key, const std::string& value) {
  if (std::find(kKnownOptions.begin(), kKnownOptions.end(), key) == kKnownOptions.end()) {
    return unknown_option(key, settings.driver);
  }
  if (key == "max-size") {
    const auto size = parse_size(value);
    if (!size) return size.refusal();
    settings.max_size = *size;
  } else if (key == "max-file") {
    int count = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
    if (error != std::errc{} || end != value.data() + value.size() || count < 1 || count > kMaxFile) {
      return Refusal{Errc::invalid, "max-file cannot be less than 1 or more than 1000: '" + value + "'"};
    }
    settings.max_file = count;
  }
  return {};
}

}  // namespace

Result<LogSettings> log_settings(const LogDriver& driver) {
  LogSettings settings;
  if (!driver.name().empty()) settings.driver = driver.name();
  if (settings.driver == "local") settings.max_size = 20 << 20, settings.max_file = 5;  // that driver's defaults
  if (settings.driver != "json-file" && settings.driver != "local" && settings.driver != "none") {
    return Refusal{Errc::unimplemented, "log driver \"" + settings.driver +
                                            "\" is not available on this node: use json-file, local or none"};
  }
  for (const auto& option : driver.options()) {
    if (!settings.kept()) return unknown_option(option.key(), settings.driver);
    if (auto applied = apply(settings, option.key(), option.value()); !applied) return applied.refusal();
  }
  return settings;
}

Result<std::int64_t> parse_size(const std::string& text) {
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  std::string unit;
  for (const auto* c = at; c != end; ++c) unit += static_cast<char>(std::tolower(static_cast<unsigned char>(*c)));
  if (unit.size() > 1 && unit.back() == 'b') unit.pop_back();
  const auto power = unit.empty() || unit == "b" ? 0 : std::string_view{" kmgt"}.find(unit);
  const bool known = power == 0 || (unit.size() == 1 && power < 5);
  if (error != std::errc{} || !known || value < 0) return Refusal{Errc::invalid, "invalid size: '" + text + "'"};
  return value << (10 * power);
}

void rotate_log(const LogSettings& settings, const std::string& path, const std::string& bundle) {
  struct stat info = {};
  if (!settings.rotated_here() || ::stat(path.c_str(), &info) != 0 || info.st_size < settings.max_size) return;
  const UniqueFd control{::open((bundle + "/ctl").c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC)};
  if (!control) return;  // the monitor has gone; nothing is written any more
  const auto name = [&](int age) { return age == 0 ? path : path + "." + std::to_string(age); };
  for (int age = settings.max_file - 1; age > 0; --age) std::rename(name(age - 1).c_str(), name(age).c_str());
  constexpr std::string_view kReopen = "2 0 0\n";  // conmon's control protocol: reopen the logs
  (void)!::write(control.get(), kReopen.data(), kReopen.size());
}

}  // namespace skein
