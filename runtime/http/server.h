// HttpServer: a blocking HTTP/1.1 server: one thread a connection, bounded, with small stacks.
//
// Is: accepting on listening sockets and serving sockets handed over (serve()). Is not: TLS, HTTP/2, users.
// Owns every descriptor given to it. Beyond `connections_max` a new client is told 503 and closed.
// Stopping: no more accepts, idle clients are closed, running streams see gone(), running actions end by themselves,
// what still writes after the grace is cut off; stop() returns when every thread has been joined.
// Threads: all calls from any thread; stop() once or more, not from an action.
#pragma once
#include <chrono>
#include <cstddef>
#include <memory>

#include "runtime/http/connection.h"

namespace skein {

class HttpServer {
 public:
  struct Options {
    ConnectionRules rules;
    std::size_t connections_max = 512;
    std::size_t stack_bytes = 512 * 1024;
    std::chrono::milliseconds stop_grace{2000};
  };
  explicit HttpServer(Options options);
  ~HttpServer();

  void accept_on(int listening_fd);  // on a thread of its own, until stop()
  void serve(int connected_fd);      // returns at once
  void stop();
  std::size_t connections() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace skein
