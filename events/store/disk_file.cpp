#include "events/store/disk_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace skein {
namespace {

Refusal fault_at(const std::string& path, const char* doing, int error) {
  return {Errc::fault, std::string{"cannot "} + doing + " " + path + ": " + std::generic_category().message(error)};
}

}  // namespace

Result<DiskFile> DiskFile::open(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (fd < 0) return fault_at(path, "open", errno);
  return DiskFile{fd, path};
}

DiskFile::DiskFile(DiskFile&& other) noexcept : fd_{std::exchange(other.fd_, -1)}, path_{std::move(other.path_)} {}

DiskFile& DiskFile::operator=(DiskFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  return *this;
}

DiskFile::~DiskFile() {
  if (fd_ >= 0) close(fd_);
}

Refusal DiskFile::fault(const char* doing, int error) const { return fault_at(path_, doing, error); }

Result<std::uint64_t> DiskFile::size() const {
  struct stat facts {};
  if (fstat(fd_, &facts) != 0) return fault("read", errno);
  return static_cast<std::uint64_t>(facts.st_size);
}

Result<void> DiskFile::read_at(std::uint64_t offset, std::span<char> bytes) const {
  while (!bytes.empty()) {
    const ssize_t got = pread(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fault("read", errno);
    if (got == 0) return Refusal{Errc::fault, path_ + " is shorter than it must be"};
    bytes = bytes.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return {};
}

Result<void> DiskFile::write_at(std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fault("write", errno);
    bytes.remove_prefix(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
  return {};
}

Result<void> DiskFile::sync() {
  if (fdatasync(fd_) != 0) return fault("flush", errno);
  return {};
}

Result<void> DiskFile::try_lock() {
  if (flock(fd_, LOCK_EX | LOCK_NB) == 0) return {};
  if (errno == EWOULDBLOCK) return Refusal{Errc::conflict, path_ + " is held by another process"};
  return fault("lock", errno);
}

Result<void> sync_directory_of(const std::string& path) {
  const auto parent = std::filesystem::path{path}.parent_path();
  auto directory = DiskFile::open(parent.empty() ? "." : parent.string(), O_RDONLY | O_DIRECTORY);
  if (!directory) return directory.refusal();
  if (fsync(directory->fd()) != 0) return directory->fault("flush", errno);
  return {};
}

}  // namespace skein
