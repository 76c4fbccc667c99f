#include "runtime/images/layer_tree.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

namespace skein::images {
namespace {

constexpr int kFolder = O_RDONLY | O_DIRECTORY;
constexpr int kTriesMax = 128;  // openat2 answers EAGAIN while somebody renames; nobody does here for long

Refusal outside(const std::string& path) {
  return {Errc::invalid, "invalid archive: \"" + path + "\" leads out of the layer"};
}

}  // namespace

Result<LayerPath> layer_path(const std::string& typed) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= typed.size();) {
    const std::size_t end = std::min(typed.find('/', at), typed.size());
    const std::string part = typed.substr(at, end - at);
    at = end + 1;
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (parts.empty()) {
      return outside(typed);
    } else {
      parts.pop_back();
    }
  }
  LayerPath path;
  if (parts.empty()) return path;
  path.name = parts.back();
  parts.pop_back();
  for (const auto& part : parts) path.folder += (path.folder.empty() ? "" : "/") + part;
  return path;
}

Result<LayerTree> LayerTree::make(const std::string& directory) {
  if (::mkdir(directory.c_str(), 0755) != 0) return disk_fault("mkdir " + directory, errno);
  auto root = open_file(directory, kFolder);
  if (!root) return root.refusal();
  if (::fchmod(root->get(), 0755) != 0) return disk_fault("chmod " + directory, errno);
  return LayerTree{*std::move(root)};
}

Result<Fd> LayerTree::open(const std::string& path, int flags) const {
  struct open_how how {};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  const char* name = path.empty() ? "." : path.c_str();
  for (int tries = 0;; ++tries) {
    const long fd = ::syscall(SYS_openat2, root_.get(), name, &how, sizeof how);
    if (fd >= 0) return Fd{static_cast<int>(fd)};
    if (errno != EAGAIN || tries == kTriesMax) return disk_fault("open " + path, errno);
  }
}

Result<int> LayerTree::folder(const std::string& path) {
  if (path.empty()) return root_.get();
  if (last_ && last_path_ == path) return last_.get();
  auto fd = open(path, kFolder);
  if (!fd) {
    for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
      if (auto r = make_component(path.substr(0, end)); !r) return r.refusal();
      if (end == std::string::npos) break;
    }
    fd = open(path, kFolder);
    if (!fd) return fd.refusal();
  }
  last_ = *std::move(fd);
  last_path_ = path;
  return last_.get();
}

Result<void> LayerTree::make_component(const std::string& path) {
  if (open(path, kFolder)) return {};
  const std::size_t slash = path.rfind('/');
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  auto above = open(slash == std::string::npos ? "" : path.substr(0, slash), kFolder);
  if (!above) return above.refusal();
  const bool hides = is_whiteout(above->get(), name);
  if (hides && ::unlinkat(above->get(), name.c_str(), 0) != 0) return disk_fault("remove " + path, errno);
  // EEXIST: a file, or a link that leads to nothing in here. Nothing may be unpacked through it.
  if (::mkdirat(above->get(), name.c_str(), 0755) != 0) {
    return errno == EEXIST ? outside(path) : disk_fault("mkdir " + path, errno);
  }
  auto made = open(path, kFolder | O_NOFOLLOW);
  if (!made) return made.refusal();
  if (::fchmod(made->get(), 0755) != 0) return disk_fault("chmod " + path, errno);
  return hides ? make_opaque(made->get(), path) : Result<void>{};
}

Result<void> LayerTree::clear(int folder, const std::string& name) {
  struct stat st {};
  if (::fstatat(folder, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno == ENOENT ? Result<void>{} : disk_fault("stat " + name, errno);
  }
  if (!S_ISDIR(st.st_mode)) {
    if (::unlinkat(folder, name.c_str(), 0) != 0) return disk_fault("remove " + name, errno);
    if (S_ISLNK(st.st_mode) && folder != last_.get()) last_path_.clear();
    return {};
  }
  std::error_code error;
  std::filesystem::remove_all("/proc/self/fd/" + std::to_string(folder) + "/" + name, error);
  if (folder != last_.get()) last_path_.clear();  // it may have been the folder kept open
  return error ? disk_fault("remove " + name, error.value()) : Result<void>{};
}

bool is_whiteout(int folder, const std::string& name) {
  struct stat st {};
  if (::fstatat(folder, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) return false;
  return S_ISCHR(st.st_mode) && st.st_rdev == makedev(0, 0);
}

Result<void> make_whiteout(int folder, const std::string& name) {
  if (::mknodat(folder, name.c_str(), S_IFCHR, makedev(0, 0)) != 0) return disk_fault("whiteout " + name, errno);
  return {};
}

Result<void> make_opaque(int folder_fd, const std::string& path) {
  if (::fsetxattr(folder_fd, "trusted.overlay.opaque", "y", 1, 0) != 0) return disk_fault("opaque " + path, errno);
  return {};
}

}  // namespace skein::images
