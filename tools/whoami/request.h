// What whoami says to one HTTP request. Text in, text out; no sockets.
//
// Is: a demo, so that a user sees which task answered. Is not: an HTTP server to build on; it reads no bodies and
// closes after each answer. Paths: "/" answers, "/health" answers "ok", "/exit/N" ends the process with status N once
// the answer is sent (to see a task replaced). Anything else is 404.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace skein::whoami {

struct Whereabouts {
  std::string hostname;
  std::string task;
  std::string version;
  std::vector<std::string> addresses;  // of this container, without loopback
  std::string remote;                  // address:port of the client
};

struct Answer {
  std::string text;                // status line, headers and body
  std::optional<int> exit_status;  // end with it after sending
};

// `head`: the request up to and without the empty line.
Answer answer(const std::string& head, const Whereabouts& here);

}  // namespace skein::whoami
