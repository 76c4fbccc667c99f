// Files that survive a kill -9 and a power cut: write aside, flush, rename, flush the folder.
//
// Is: the few disk operations all of the image store is made of. Is not: layer contents (layer_writer.h).
// Invariants: a name under the store's final folders only ever appears by rename of something already flushed.
// Errors: Errc::fault with the operation, the path and errno's text. Threads: any (free functions).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "events/base/result.h"

namespace skein::images {

// Owns a file descriptor; -1: none.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_{fd} {}
  Fd(Fd&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd() { close(); }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void close();

 private:
  int fd_ = -1;
};

Refusal disk_fault(const std::string& what, int error);  // "what: <text of errno>"

Result<Fd> open_file(const std::string& path, int flags, unsigned mode = 0600);  // O_CLOEXEC is added
Result<void> write_all(int fd, std::string_view bytes, const std::string& path);
Result<std::string> read_file(const std::string& path, std::uint64_t size_max);
Result<void> make_directory(const std::string& path);  // with parents, 0700; there already: fine
Result<void> sync_file(int fd, const std::string& path);
Result<void> sync_directory(const std::string& path);
Result<void> sync_filesystem(int fd, const std::string& path);  // for trees of many files
// Renames and flushes the folder of `to`. With `replace` false an existing `to` is Errc::already_exists.
Result<void> rename_durably(const std::string& from, const std::string& to, bool replace);
// Writes `content` at `aside` (same filesystem), then renames it over `path`. 0600.
Result<void> replace_file(const std::string& aside, const std::string& path, std::string_view content);

// Tests only: called before each step that changes the disk, so that a test can die exactly there. Not for threads.
void set_crash_hook(void (*hook)(const char* step));

}  // namespace skein::images
