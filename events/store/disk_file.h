// DiskFile: an open file whose reads and writes are whole or refused. Owns the descriptor; files it makes are 0600.
// Not buffered, not thread-safe to move; positioned reads and writes from any thread. Errors: Errc::fault naming the
// path and the system's reason.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "events/base/result.h"

namespace skein {

class DiskFile {
 public:
  static Result<DiskFile> open(const std::string& path, int flags);  // flags as for open(2)

  DiskFile(DiskFile&& other) noexcept;
  DiskFile& operator=(DiskFile&& other) noexcept;
  ~DiskFile();

  int fd() const { return fd_; }
  const std::string& path() const { return path_; }

  Result<std::uint64_t> size() const;
  Result<void> read_at(std::uint64_t offset, std::span<char> bytes) const;  // a short file is a fault
  Result<void> write_at(std::uint64_t offset, std::string_view bytes);
  Result<void> sync();      // data and size have reached the disk
  Result<void> try_lock();  // flock, exclusive; held until closed. Taken by somebody else: Errc::conflict

  Refusal fault(const char* doing, int error) const;

 private:
  DiskFile(int fd, std::string path) : fd_{fd}, path_{std::move(path)} {}
  int fd_ = -1;
  std::string path_;
};

// A new name in a directory survives a power loss only after this.
Result<void> sync_directory_of(const std::string& path);

}  // namespace skein
