// Connection: serves one client's requests, one after the other, until it goes, errs or the server stops.
//
// Parsing is Beast's. Bounds: header 64 KiB (431), idle and slow-read timeouts. What is not HTTP gets 400 in Docker's
// JSON form, then the connection ends. A body the action left unread is drained if it is small, else the connection
// ends after the response. Threads: run() on the connection's own.
#pragma once
#include <atomic>
#include <memory>

#include "runtime/http/message.h"
#include "runtime/http/response_writer.h"
#include "runtime/http/router.h"

namespace skein {

struct ConnectionRules {
  Answer answer;
  HeaderList headers;                              // on every response
  std::chrono::milliseconds idle_timeout{600000};  // between requests
  std::chrono::milliseconds read_timeout{60000};   // within one
};

// Takes over `fd`, closes it at the end.
class Connection {
 public:
  Connection(int fd, const ConnectionRules& rules, const std::atomic<bool>& stopping);
  ~Connection();
  void run();

 private:
  struct State;
  bool serve_one();
  std::unique_ptr<State> state_;
};

}  // namespace skein
