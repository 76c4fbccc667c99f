#include "netmesh/namespace_thread.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace skein::mesh {

NamespaceThread::NamespaceThread() : thread_{[this] { loop(); }} {}

NamespaceThread::~NamespaceThread() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Result<void> NamespaceThread::run_in(const std::string& netns_path, Work work) {
  return run([&]() -> Result<void> {
    const int fd = ::open(netns_path.c_str(), O_RDONLY | O_CLOEXEC);
    const int entered = fd < 0 ? -1 : ::setns(fd, CLONE_NEWNET);
    const int error = errno;
    if (fd >= 0) ::close(fd);
    if (entered != 0) return Refusal{Errc::fault, fmt::format("enter {}: {}", netns_path, std::strerror(error))};
    return work();
  });
}

Result<void> NamespaceThread::run_in_new(Work work) {
  return run([&]() -> Result<void> {
    if (::unshare(CLONE_NEWNET) != 0) return Refusal{Errc::fault, fmt::format("unshare: {}", std::strerror(errno))};
    return work();
  });
}

Result<void> NamespaceThread::run(Work work) {
  std::unique_lock lock{mutex_};
  work_ = std::move(work);
  done_ = false;
  changed_.notify_all();
  changed_.wait(lock, [this] { return done_; });
  return std::exchange(outcome_, {});
}

void NamespaceThread::loop() {
  const int home = ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  CHECK(home >= 0, "no /proc");
  std::unique_lock lock{mutex_};
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || work_; });
    if (stopping_) break;
    const Work work = std::exchange(work_, nullptr);
    lock.unlock();
    auto outcome = work();
    CHECK(::setns(home, CLONE_NEWNET) == 0, "lost the way home");
    lock.lock();
    outcome_ = std::move(outcome);
    done_ = true;
    changed_.notify_all();
  }
  ::close(home);
}

}  // namespace skein::mesh
