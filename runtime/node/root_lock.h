// RootLock: one daemon a root. Holds flock(2) on <dir>/lock and, if asked, writes a pid file; both go with the process.
#pragma once
#include <string>

#include "events/base/result.h"

namespace skein {

class RootLock {
 public:
  RootLock() = default;
  ~RootLock();
  RootLock(RootLock&& other) noexcept;
  RootLock& operator=(RootLock&& other) noexcept;

  // Makes `dir` if need be. Refused: another daemon holds it.
  static Result<RootLock> take(const std::string& dir);

 private:
  int fd_ = -1;
};

// The pid file of a living daemon is a refusal, a stale one is replaced.
Result<void> write_pidfile(const std::string& path);

}  // namespace skein
