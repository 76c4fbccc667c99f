// LogSettings: what a task's log driver and its options mean here, and rotation by them.
//
// Drivers: json-file (the default) and local, kept as conmon's text file and read back the same way; none. Anything
// else is refused by name. max-size bounds one file, max-file their number. With one file conmon itself starts it over
// at the bound; with more, rotate_log() is called twice a second, so a file may exceed max-size by what is written in
// that time. conmon's own, much wider bound then only guards the disk while the daemon is away, and what lies before it
// is lost. Errors: Docker's texts where it has one.
#pragma once
#include <algorithm>
#include <cstdint>
#include <string>

#include "events/base/result.h"
#include "events/proto/types.pb.h"

namespace skein {

struct LogSettings {
  std::string driver = "json-file";
  std::int64_t max_size = 0;  // bytes; 0: unbounded
  int max_file = 1;

  bool kept() const { return driver != "none"; }
  bool rotated_here() const { return kept() && max_size > 0 && max_file > 1; }
  // What conmon is told.
  std::int64_t monitor_bound() const {
    return rotated_here() ? std::max(kGuardBytes, 4 * max_size * max_file) : max_size;
  }
  static constexpr std::int64_t kGuardBytes = 64 << 20;
};

Result<LogSettings> log_settings(const LogDriver& driver);
// "10m" -> 10485760; k, m, g, t with or without b.
Result<std::int64_t> parse_size(const std::string& text);

// Moves path to path.1 and so on if it has grown beyond its bound, and asks the monitor, by the control pipe in
// `bundle`, to begin a new one.
void rotate_log(const LogSettings& settings, const std::string& path, const std::string& bundle);

}  // namespace skein
