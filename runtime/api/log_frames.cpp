#include "runtime/api/log_frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "runtime/api/api_version.h"
#include "runtime/api/query_time.h"

namespace skein {
namespace {

enum class Stream : char { out = 1, err = 2, system_error = 3 };

std::string framed(Stream stream, std::string_view payload) {
  std::string frame(8, '\0');
  frame[0] = static_cast<char>(stream);
  for (std::size_t i = 0; i < 4; ++i) frame[4 + i] = static_cast<char>(payload.size() >> (24 - 8 * i) & 0xff);
  return frame.append(payload);
}

// Go's url.QueryEscape.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' || c == '~')
      out.push_back(c);
    else if (c == ' ')
      out.push_back('+');
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

Result<void> read_tail(const Query& query, LogQuery& into) {
  const std::string tail = query.get("tail");
  if (tail.empty() || tail == "all" || tail.front() == '-') return {};
  auto count = query.natural("tail");
  if (!count) return {};  // Docker shows everything when the number is none
  into.tail = *count;
  return {};
}

}  // namespace

Result<LogQuestion> read_log_question(const Query& query) {
  LogQuestion question;
  question.query.out = query.flag("stdout");
  question.query.err = query.flag("stderr");
  if (!question.query.out && !question.query.err)
    return Refusal{Errc::invalid, "Bad parameters: you must choose at least one stream"};
  question.query.follow = query.flag("follow");
  question.timestamps = query.flag("timestamps");
  question.details = query.flag("details");
  if (auto tail = read_tail(query, question.query); !tail) return tail.refusal();
  auto since = query_time(query.get("since"));
  if (!since) return since.refusal();
  auto until = query_time(query.get("until"));
  if (!until) return until.refusal();
  question.query.since = since->value_or(WallTime{});
  question.query.until = until->value_or(WallTime{});
  return question;
}

std::string log_frame(const LogLine& line, const LineDress& dress) {
  std::string payload;
  if (dress.timestamps) payload += rfc3339(line.at) + " ";
  if (!dress.details.empty()) payload += dress.details + " ";
  payload += line.text;
  if (dress.raw) return payload;
  if (!payload.ends_with('\n') && !dress.details.empty()) payload += '\n';  // service logs: one whole line a frame
  return framed(line.error_stream ? Stream::err : Stream::out, payload);
}

std::string error_frame(std::string_view text) {
  return framed(Stream::system_error, fmt::format("Error grabbing logs: {}\n", text));
}

std::string details_text(std::vector<std::pair<std::string, std::string>> details) {
  std::sort(details.begin(), details.end());
  std::string out;
  for (const auto& [key, value] : details) out += (out.empty() ? "" : ",") + escaped(key) + "=" + escaped(value);
  return out;
}

std::string log_content_type(const Request& request, bool tty) {
  const bool multiplexed = !tty && version_of(request) >= ApiVersion{1, 42};
  return multiplexed ? "application/vnd.docker.multiplexed-stream" : "application/vnd.docker.raw-stream";
}

}  // namespace skein
