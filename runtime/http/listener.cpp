#include "runtime/http/listener.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <grp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace skein {
namespace {

constexpr int kBacklog = 128;

Refusal fault(int fd, const std::string& what) {
  const int error = errno;
  if (fd >= 0) ::close(fd);
  return {Errc::fault, fmt::format("{}: {}", what, std::strerror(error))};
}

bool someone_listens(const sockaddr_un& address) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return connected;
}

void give_to_docker_group(const std::string& path) {
  group entry{};
  group* found = nullptr;
  std::array<char, 8192> room;
  ::getgrnam_r("docker", &entry, room.data(), room.size(), &found);
  // Not being root is no fault: the socket then simply stays its owner's.
  if (found && ::chown(path.c_str(), static_cast<uid_t>(-1), found->gr_gid) != 0) return;
}

}  // namespace

Result<int> listen_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return Refusal{Errc::invalid, "socket path too long: " + path};
  std::memcpy(address.sun_path, path.c_str(), path.size());
  if (someone_listens(address)) return Refusal{Errc::conflict, "another daemon listens on " + path};
  ::unlink(path.c_str());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return fault(fd, "socket");
  // The file takes the socket's mode: from its very first moment nobody else may connect. (umask is the whole
  // process's.)
  if (::fchmod(fd, 0600) != 0) return fault(fd, "chmod " + path);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return fault(fd, "bind " + path);
  give_to_docker_group(path);
  if (::chmod(path.c_str(), 0660) != 0) return fault(fd, "chmod " + path);
  if (::listen(fd, kBacklog) != 0) return fault(fd, "listen " + path);
  return fd;
}

Result<int> listen_loopback(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return fault(fd, "socket");
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return fault(fd, "bind 127.0.0.1");
  if (::listen(fd, kBacklog) != 0) return fault(fd, "listen 127.0.0.1");
  return fd;
}

Result<std::uint16_t> port_of(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return fault(-1, "getsockname");
  return ntohs(address.sin_port);
}

}  // namespace skein
