#include "netmesh/sandboxes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "netmesh/links.h"
#include "netmesh/namespace_thread.h"

namespace skein::mesh {
namespace {

Refusal fault(const char* what, const std::string& path, int error) {
  return Refusal{Errc::fault, fmt::format("{} {}: {}", what, path, std::strerror(error))};
}

bool is_bound(const std::string& path) {
  struct statfs info {};
  return ::statfs(path.c_str(), &info) == 0 && info.f_type == NSFS_MAGIC;
}

// Called in the new namespace: its loopback is up before anybody else can see it.
Result<void> furnish(const std::string& path) {
  auto links = Links::open();
  if (!links) return links.refusal();
  if (auto up = links->set_up("lo"); !up) return up;
  if (::mount("/proc/thread-self/ns/net", path.c_str(), nullptr, MS_BIND, nullptr) != 0) {
    return fault("mount namespace on", path, errno);
  }
  return {};
}

}  // namespace

Result<void> Sandboxes::make_folder() const {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) return Refusal{Errc::fault, fmt::format("mkdir {}: {}", folder_, error.message())};
  return {};
}

std::string Sandboxes::path_of(const TaskId& task) const { return folder_ + "/" + task.str(); }

Result<std::map<TaskId, bool>> Sandboxes::list() const {
  std::map<TaskId, bool> found;
  std::error_code error;
  for (std::filesystem::directory_iterator entry{folder_, error}, end; !error && entry != end; entry.increment(error)) {
    found[TaskId{entry->path().filename().string()}] = is_bound(entry->path().string());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return Refusal{Errc::fault, fmt::format("list {}: {}", folder_, error.message())};
  }
  return found;
}

Result<void> Sandboxes::make(const TaskId& task, NamespaceThread& thread) const {
  if (auto made = make_folder(); !made) return made;
  const std::string path = path_of(task);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0444);
  if (fd < 0) return fault("create", path, errno);
  ::close(fd);
  return thread.run_in_new([&] { return furnish(path); });
}

Result<void> Sandboxes::remove(const TaskId& task) const {
  const std::string path = path_of(task);
  // More than one mount may lie on the file if a daemon died between two of them.
  while (is_bound(path)) {
    if (::umount2(path.c_str(), MNT_DETACH) != 0) return fault("unmount", path, errno);
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return fault("remove", path, errno);
  return {};
}

}  // namespace skein::mesh
