#include "runtime/http/peer.h"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/socket.h>

#include <array>

namespace skein {

Peer peer_of(int fd) {
  sockaddr_storage name{};
  socklen_t name_size = sizeof name;
  const bool known = ::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &name_size) == 0;
  ucred who{};
  socklen_t who_size = sizeof who;
  if (!known || name.ss_family != AF_UNIX || ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &who_size) != 0)
    return {"tcp client", false};
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> room;
  ::getpwuid_r(who.uid, &entry, room.data(), room.size(), &found);
  return {found ? fmt::format("{} (uid {})", found->pw_name, who.uid) : fmt::format("uid {}", who.uid), true};
}

}  // namespace skein
