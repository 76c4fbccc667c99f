#include "runtime/containers/mount_namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <thread>

namespace skein {
namespace {

constexpr const char* kUnified = "/sys/fs/cgroup/unified";

// Runs on a thread of its own, which leaves the process's namespace for good and ends.
int make_namespace(UniqueFd& fd) {
  if (::unshare(CLONE_FS | CLONE_NEWNS) != 0) return errno;
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) return errno;
  if (::umount2(kUnified, MNT_DETACH) != 0) return errno;
  fd.reset(::open("/proc/thread-self/ns/mnt", O_RDONLY | O_CLOEXEC));
  return fd ? 0 : errno;
}

Result<void> share(const std::string& dir) {
  if (!is_mount_point(dir) && ::mount(dir.c_str(), dir.c_str(), nullptr, MS_BIND, nullptr) != 0) {
    return Refusal{Errc::fault, "cannot bind " + dir + " to itself: " + ::strerror(errno)};
  }
  if (::mount(nullptr, dir.c_str(), nullptr, MS_SHARED, nullptr) == 0) return {};
  return Refusal{Errc::fault, "cannot share the mount " + dir + ": " + ::strerror(errno)};
}

}  // namespace

bool is_mount_point(const std::string& path) {
  std::ifstream file{"/proc/self/mountinfo"};
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields{line};
    std::string id, parent, device, root, point;
    if (fields >> id >> parent >> device >> root >> point && point == path) return true;
  }
  return false;
}

Result<std::unique_ptr<RuntimeNamespace>> RuntimeNamespace::open(CgroupMode mode, const std::string& shared_dir) {
  std::unique_ptr<RuntimeNamespace> made{new RuntimeNamespace{mode == CgroupMode::hybrid}};
  if (!made->needed_) return made;
  if (auto shared = share(shared_dir); !shared) return shared.refusal();
  if (auto renewed = made->renew(); !renewed) return renewed.refusal();
  return made;
}

RuntimeNamespace::Handle RuntimeNamespace::current() const {
  const std::lock_guard lock{mutex_};
  return current_;
}

Result<void> RuntimeNamespace::renew() {
  if (!needed_) return {};
  UniqueFd fd;
  int error = 0;
  std::thread{[&] { error = make_namespace(fd); }}.join();
  if (error != 0)
    return Refusal{Errc::fault, std::string{"cannot make a mount namespace for crun: "} + ::strerror(error)};
  const std::lock_guard lock{mutex_};
  current_ = std::make_shared<const UniqueFd>(std::move(fd));
  return {};
}

}  // namespace skein
