#include "runtime/containers/log_format.h"

#include <utility>

namespace skein {

std::optional<LogPiece> parse_log_line(std::string_view line) {
  const auto time_end = line.find(' ');
  if (time_end == std::string_view::npos) return std::nullopt;
  const auto at = parse_rfc3339(line.substr(0, time_end));
  auto rest = line.substr(time_end + 1);
  const bool out = rest.starts_with("stdout ");
  if (!at || (!out && !rest.starts_with("stderr ")) || rest.size() < 9 || rest[8] != ' ') return std::nullopt;
  if (rest[7] != 'F' && rest[7] != 'P') return std::nullopt;
  return LogPiece{!out, rest[7] == 'F', *at, rest.substr(9)};
}

std::optional<LogLine> LineJoiner::add(const LogPiece& piece) {
  auto& line = begun_[piece.error_stream ? 1 : 0];
  if (!line) line = LogLine{piece.error_stream, piece.at, {}};
  line->text += piece.text;
  if (piece.full)
    line->text += '\n';
  else if (line->text.size() < kTextMax)
    return std::nullopt;
  return std::exchange(line, std::nullopt);
}

std::optional<LogLine> LineJoiner::rest() {
  for (auto& line : begun_) {
    if (line) return std::exchange(line, std::nullopt);
  }
  return std::nullopt;
}

}  // namespace skein
