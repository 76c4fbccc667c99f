#include "runtime/control/principals.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>

namespace skein {

std::optional<int> Principals::admit(int fd, const std::string& principal) {
  const std::lock_guard lock{mutex_};
  while (true) {
    const auto [it, fresh] = by_fd_.emplace(fd, principal);
    if (fresh || it->second == principal) return fd;
    const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, fd + 1);
    ::close(fd);
    if (moved < 0) return std::nullopt;
    fd = moved;
  }
}

std::optional<std::string> Principals::of(const std::string& peer) const {
  constexpr std::string_view kPrefix = "fd:";
  if (!peer.starts_with(kPrefix)) return std::nullopt;
  int fd = -1;
  std::from_chars(peer.data() + kPrefix.size(), peer.data() + peer.size(), fd);
  const std::lock_guard lock{mutex_};
  const auto found = by_fd_.find(fd);
  if (found == by_fd_.end()) return std::nullopt;
  return found->second;
}

}  // namespace skein
