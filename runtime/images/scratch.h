// Scratch: the store's folder for things half done: <root>/tmp. Emptied on open.
//
// A ScratchPath is a name nobody else has; whatever lies there when it ends is removed (a finished thing was renamed
// away before). Threads: any.
#pragma once
#include <atomic>
#include <cstdint>
#include <string>

#include "events/base/result.h"

namespace skein::images {

class ScratchPath {
 public:
  explicit ScratchPath(std::string path) : path_{std::move(path)} {}
  ScratchPath(ScratchPath&& other) noexcept : path_{std::move(other.path_)} { other.path_.clear(); }
  ScratchPath& operator=(ScratchPath&&) = delete;
  ~ScratchPath();
  const std::string& str() const { return path_; }

 private:
  std::string path_;
};

class Scratch {
 public:
  explicit Scratch(std::string directory) : directory_{std::move(directory)} {}
  Result<void> empty();  // makes the folder and removes all strays; only while nobody uses a path
  ScratchPath path(const char* kind);

 private:
  std::string directory_;
  std::atomic<std::uint64_t> next_{0};
};

}  // namespace skein::images
