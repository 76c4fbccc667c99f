// Log lines on the wire: Docker's multiplexed frames, timestamps and details (engine-api.md 4.1), and the question a
// logs call asks. Pure; any thread.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/containers/container_directory.h"
#include "runtime/http/message.h"

namespace skein {

// stdout, stderr, follow, since, until, timestamps, tail, details.
struct LogQuestion {
  LogQuery query;
  bool timestamps = false;
  bool details = false;
};
// Refused (invalid): no stream chosen, a time or number that is none.
Result<LogQuestion> read_log_question(const Query& query);

struct LineDress {
  bool timestamps = false;
  bool raw = false;     // a TTY: no frames
  std::string details;  // "k=v,k=v"; empty: none
};
// [stream 000 length] [timestamp SP][details SP]text
std::string log_frame(const LogLine& line, const LineDress& dress);
std::string error_frame(std::string_view text);  // stream 3: "Error grabbing logs: ..."
// Sorted by key, both sides query-escaped.
std::string details_text(std::vector<std::pair<std::string, std::string>> details);
std::string log_content_type(const Request& request, bool tty);

}  // namespace skein
