#include "netmesh/sysctl.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "netmesh/plan.h"

namespace skein::mesh {
namespace {

std::string path_of(std::string key) {
  CHECK(is_network_sysctl(key), "sysctl outside net");
  std::replace(key.begin(), key.end(), '.', '/');
  return "/proc/sys/" + key;
}

Refusal fault(const char* what, const std::string& key, int error) {
  return Refusal{error == ENOENT ? Errc::not_found : Errc::fault,
                 fmt::format("{} sysctl {}: {}", what, key, std::strerror(error))};
}

}  // namespace

Result<std::string> read_sysctl(const std::string& key) {
  const int fd = ::open(path_of(key).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fault("read", key, errno);
  std::array<char, 4096> buffer{};
  const ssize_t n = ::read(fd, buffer.data(), buffer.size());
  const int error = errno;
  ::close(fd);
  if (n < 0) return fault("read", key, error);
  return single_spaced({buffer.data(), static_cast<std::size_t>(n)});
}

// One write(2): the kernel takes a setting whole or not at all.
Result<void> write_sysctl(const std::string& key, const std::string& value) {
  const int fd = ::open(path_of(key).c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return fault("write", key, errno);
  const ssize_t n = ::write(fd, value.data(), value.size());
  const int error = errno;
  ::close(fd);
  if (n != static_cast<ssize_t>(value.size())) return fault("write", key, error);
  return {};
}

}  // namespace skein::mesh
