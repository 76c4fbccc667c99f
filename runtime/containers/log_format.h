// LogFormat: one line of conmon's k8s-file log, and the joining of its partial lines. Pure.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/containers/container_directory.h"

namespace skein {

struct LogPiece {
  bool error_stream = false;
  bool full = true;  // F: ends with a newline; P: more of the same line follows
  WallTime at;
  std::string_view text;  // without newline
};

// `line` without its newline; nothing if it is not in the format.
std::optional<LogPiece> parse_log_line(std::string_view line);

class LineJoiner {
 public:
  static constexpr std::size_t kTextMax = 1 << 20;
  // A whole line, once there is one. It has the time of its first piece.
  std::optional<LogLine> add(const LogPiece& piece);
  // What has begun and never ended, stream by stream.
  std::optional<LogLine> rest();

 private:
  std::array<std::optional<LogLine>, 2> begun_;
};

}  // namespace skein
