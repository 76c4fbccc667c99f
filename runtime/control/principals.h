// Principals: who is behind each connection that gRPC was given, found again by the name gRPC has for it ("fd:12").
//
// gRPC closes a descriptor when it likes and its number is used again; a late call of the old connection must not be
// taken for one of the new. So a number, once given out, stands for the same principal for ever: a connection of
// another principal moves to a free number. Bounded by descriptors times distinct principals. Any thread.
#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace skein {

class Principals {
 public:
  // The descriptor to hand to gRPC in place of `fd`, which it owns; nullopt (fd closed) when none is left.
  std::optional<int> admit(int fd, const std::string& principal);
  // Of a call, by ServerContext::peer(). nullopt: a connection that was never admitted.
  std::optional<std::string> of(const std::string& peer) const;

 private:
  mutable std::mutex mutex_;
  std::map<int, std::string> by_fd_;
};

}  // namespace skein
