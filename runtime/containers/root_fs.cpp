#include "runtime/containers/root_fs.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <filesystem>

namespace skein {
namespace {

namespace fs = std::filesystem;

Refusal fault(const std::string& what, int error) { return {Errc::fault, what + ": " + ::strerror(error)}; }

// The directory a thread works in is shared by all threads unless it asks for its own.
bool own_working_directory() {
  static thread_local const bool own = ::unshare(CLONE_FS) == 0;
  return own;
}

Result<void> make_dir(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0 || errno == EEXIST) return {};
  return fault("cannot make " + path, errno);
}

Result<std::string> link_layers(const std::string& dir, const std::vector<std::string>& layers) {
  std::string names;
  for (std::size_t n = layers.size(); n-- > 0;) {  // overlayfs wants the top first
    const auto link = "lower/" + std::to_string(n);
    if (::symlink(layers[n].c_str(), (dir + "/" + link).c_str()) != 0 && errno != EEXIST) {
      return fault("cannot link layer " + layers[n], errno);
    }
    names += (names.empty() ? "" : ":") + link;
  }
  return names;
}

}  // namespace

Result<void> mount_root(const std::string& dir, const std::vector<std::string>& layers) {
  if (layers.empty()) return Refusal{Errc::fault, "the image has no layers"};
  for (const char* name : {"/lower", "/work", "/upper", "/merged"}) {
    const mode_t mode = std::string_view{name} == "/work" ? 0700 : 0755;
    if (auto made = make_dir(dir + name, mode); !made) return made;
  }
  auto names = link_layers(dir, layers);
  if (!names) return names.refusal();
  if (!own_working_directory() || ::chdir(dir.c_str()) != 0) return fault("cannot enter " + dir, errno);
  const auto options = "lowerdir=" + *names + ",upperdir=upper,workdir=work";
  const int mounted = ::mount("overlay", "merged", "overlay", 0, options.c_str());
  const int error = errno;
  if (::chdir("/") != 0 || mounted == 0) return {};
  return fault("cannot mount the root file system " + dir + "/merged", error);
}

void unmount_root(const std::string& dir) { ::umount2((dir + "/merged").c_str(), MNT_DETACH | UMOUNT_NOFOLLOW); }

UniqueFd open_in_root(const std::string& root, const std::string& path, int flags) {
  UniqueFd top{::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!top) return {};
  struct open_how how = {};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  return UniqueFd{static_cast<int>(::syscall(SYS_openat2, top.get(), path.c_str(), &how, sizeof how))};
}

std::optional<std::string> read_in_root(const std::string& root, const std::string& path) {
  const auto fd = open_in_root(root, path, O_RDONLY | O_NONBLOCK);
  if (!fd) return std::nullopt;
  std::string text;
  std::array<char, 4096> block;
  for (ssize_t n = 0; (n = ::read(fd.get(), block.data(), block.size())) > 0;) {
    text.append(block.data(), static_cast<std::size_t>(n));
  }
  return text;
}

Result<void> make_dirs_in_root(const std::string& root, const std::string& path, uid_t uid, gid_t gid) {
  std::string at = "/";
  for (const auto& part : fs::path{path}.relative_path()) {
    const auto parent = open_in_root(root, at, O_PATH | O_DIRECTORY);
    if (!parent) return fault("mkdir " + at, errno);
    at = fs::path{at} / part;
    if (open_in_root(root, at, O_PATH | O_DIRECTORY)) continue;
    if (::mkdirat(parent.get(), part.c_str(), 0755) != 0) return fault("mkdir " + path, errno);
    if (::fchownat(parent.get(), part.c_str(), uid, gid, AT_SYMLINK_NOFOLLOW) != 0)
      return fault("chown " + path, errno);
  }
  return {};
}

}  // namespace skein
