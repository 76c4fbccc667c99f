// Doorway: one listening unix socket, and what each client that comes speaks: HTTP/2 with prior knowledge (gRPC) or
// HTTP/1.
//
// Looks at a client's first bytes without taking them ("PRI " opens HTTP/2, RFC 9113 3.4) and hands the descriptor on.
// Who says nothing for ten seconds is closed; at most 64 clients wait at once, then the oldest is closed. The socket's
// file is made 0600 before anybody can connect; a file left over by a dead daemon is replaced, one that somebody
// listens on is not. Owns the listening descriptor and those it has not handed on.
// Threads: one of its own, on which `grpc` and `http` are called; stop() from any other, more than once.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "events/base/result.h"

namespace skein {

class Doorway {
 public:
  struct Options {
    std::string path;
    std::function<void(int fd)> grpc;  // takes the descriptor over
    std::function<void(int fd)> http;
  };
  // fault: "control socket <path>: <why>".
  static Result<std::unique_ptr<Doorway>> open(Options options);
  ~Doorway();

  void stop();  // no more clients; removes the file

 private:
  struct State;
  explicit Doorway(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace skein
