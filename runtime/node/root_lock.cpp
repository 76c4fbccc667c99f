#include "runtime/node/root_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "runtime/node/node_file.h"

namespace skein {

RootLock::~RootLock() {
  if (fd_ >= 0) ::close(fd_);
}
RootLock::RootLock(RootLock&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
RootLock& RootLock::operator=(RootLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Result<RootLock> RootLock::take(const std::string& dir) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error) return Refusal{Errc::fault, fmt::format("{}: {}", dir, error.message())};
  RootLock lock;
  lock.fd_ = ::open((dir + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock.fd_ < 0) return Refusal{Errc::fault, fmt::format("{}/lock: {}", dir, std::strerror(errno))};
  if (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0)
    return Refusal{Errc::unavailable, fmt::format("{} is in use by another skeind; give each its own roots", dir)};
  return lock;
}

namespace {

// Alive, and not merely waiting to be reaped.
bool runs(long pid) {
  std::ifstream stat{fmt::format("/proc/{}/stat", pid)};
  std::string text;
  if (!std::getline(stat, text)) return false;
  const auto name_end = text.rfind(") ");  // the name may hold anything
  return name_end != std::string::npos && text[name_end + 2] != 'Z' && text[name_end + 2] != 'X';
}

}  // namespace

Result<void> write_pidfile(const std::string& path) {
  long other = 0;
  if (std::ifstream{path} >> other && other != ::getpid() && runs(other))
    return Refusal{Errc::unavailable,
                   fmt::format("process with PID {} is still running; stop it, or remove {} if it is something else",
                               other, path)};
  return replace_file(path, std::to_string(::getpid()) + "\n");
}

}  // namespace skein
