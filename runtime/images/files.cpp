#include "runtime/images/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace skein::images {
namespace {

void (*crash_hook)(const char*) = nullptr;

void crash_point(const char* step) {
  if (crash_hook) crash_hook(step);
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

void set_crash_hook(void (*hook)(const char*)) { crash_hook = hook; }

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void Fd::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Refusal disk_fault(const std::string& what, int error) {
  return {Errc::fault, what + ": " + std::generic_category().message(error)};
}

Result<Fd> open_file(const std::string& path, int flags, unsigned mode) {
  Fd fd{::open(path.c_str(), flags | O_CLOEXEC, mode)};
  if (!fd) return disk_fault("open " + path, errno);
  return fd;
}

Result<void> write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return disk_fault("write " + path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Result<std::string> read_file(const std::string& path, std::uint64_t size_max) {
  auto fd = open_file(path, O_RDONLY);
  if (!fd) return fd.refusal();
  struct stat st {};
  if (::fstat(fd->get(), &st) != 0) return disk_fault("stat " + path, errno);
  const auto size = static_cast<std::uint64_t>(st.st_size);
  if (size > size_max) return Refusal{Errc::invalid, path + " is too large"};
  std::string content(static_cast<std::size_t>(size), '\0');
  std::size_t done = 0;
  while (done < content.size()) {
    const ssize_t n = ::pread(fd->get(), content.data() + done, content.size() - done, static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return disk_fault("read " + path, errno);
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  content.resize(done);
  return content;
}

Result<void> make_directory(const std::string& path) {
  std::string prefix;
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    prefix = path.substr(0, end);
    if (::mkdir(prefix.c_str(), 0700) != 0 && errno != EEXIST) return disk_fault("mkdir " + prefix, errno);
    if (end == std::string::npos) return {};
  }
}

Result<void> sync_file(int fd, const std::string& path) {
  crash_point("sync file");
  if (::fsync(fd) != 0) return disk_fault("fsync " + path, errno);
  return {};
}

Result<void> sync_directory(const std::string& path) {
  auto fd = open_file(path, O_RDONLY | O_DIRECTORY);
  if (!fd) return fd.refusal();
  return sync_file(fd->get(), path);
}

Result<void> sync_filesystem(int fd, const std::string& path) {
  crash_point("sync filesystem");
  if (::syncfs(fd) != 0) return disk_fault("syncfs " + path, errno);
  return {};
}

Result<void> rename_durably(const std::string& from, const std::string& to, bool replace) {
  crash_point("rename");
  const unsigned flags = replace ? 0U : static_cast<unsigned>(RENAME_NOREPLACE);
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) != 0) {
    if (!replace && (errno == EEXIST || errno == ENOTEMPTY)) return Refusal{Errc::already_exists, to};
    return disk_fault("rename " + from + " to " + to, errno);
  }
  crash_point("renamed");
  return sync_directory(folder_of(to));
}

Result<void> replace_file(const std::string& aside, const std::string& path, std::string_view content) {
  crash_point("write aside");
  auto fd = open_file(aside, O_WRONLY | O_CREAT | O_TRUNC);
  if (!fd) return fd.refusal();
  if (auto r = write_all(fd->get(), content, aside); !r) return r;
  if (auto r = sync_file(fd->get(), aside); !r) return r;
  return rename_durably(aside, path, true);
}

}  // namespace skein::images
