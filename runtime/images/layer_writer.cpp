#include "runtime/images/layer_writer.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "runtime/images/tar_reader.h"

namespace skein::images {
namespace {

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kOpaque = ".wh..wh..opq";
constexpr std::string_view kAufsOwn = ".wh..wh.";

mode_t mode_of(struct archive_entry* entry) { return archive_entry_perm(entry) & 07777U; }
uid_t uid_of(struct archive_entry* entry) { return static_cast<uid_t>(archive_entry_uid(entry)); }
gid_t gid_of(struct archive_entry* entry) { return static_cast<gid_t>(archive_entry_gid(entry)); }

timespec mtime_of(struct archive_entry* entry) { return {archive_entry_mtime(entry), archive_entry_mtime_nsec(entry)}; }

// Only what programs in a container may rely on; "trusted." and "user.overlay." would steer overlayfs itself.
bool is_wanted_attribute(std::string_view name) {
  if (name.starts_with("user.")) return !name.starts_with("user.overlay.");
  return name == "security.capability" || name.starts_with("system.posix_acl_");
}

Result<void> set_attributes(int fd, const std::string& path, struct archive_entry* entry) {
  archive_entry_xattr_reset(entry);
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
    if (!name || !is_wanted_attribute(name)) continue;
    if (::fsetxattr(fd, name, value, size, 0) == 0 || errno == ENOTSUP) continue;
    return disk_fault(std::string{"set attribute "} + name + " of " + path, errno);
  }
  return {};
}

// Owner before mode: chown clears setuid. Attributes after both: chown clears capabilities.
Result<void> set_metadata(int fd, const std::string& path, struct archive_entry* entry) {
  if (::fchown(fd, uid_of(entry), gid_of(entry)) != 0) return disk_fault("chown " + path, errno);
  if (::fchmod(fd, mode_of(entry)) != 0) return disk_fault("chmod " + path, errno);
  return set_attributes(fd, path, entry);
}

Result<void> set_times(int folder, const std::string& name, timespec mtime) {
  const timespec times[2] = {mtime, mtime};
  if (::utimensat(folder, name.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) return disk_fault("utime " + name, errno);
  return {};
}

Result<void> write_at(int fd, std::string_view bytes, std::int64_t offset, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), offset);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return disk_fault("write " + path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(n));
    offset += n;
  }
  return {};
}

Refusal malformed(const LayerPath& path, const std::string& why) {
  return {Errc::invalid, "invalid archive: \"" + path.text() + "\": " + why};
}

}  // namespace

Result<LayerWriter> LayerWriter::make(const std::string& directory) {
  auto tree = LayerTree::make(directory);
  if (!tree) return tree.refusal();
  return LayerWriter{*std::move(tree)};
}

Result<void> LayerWriter::write(struct archive_entry* entry, TarReader& content) {
  auto path = layer_path(entry_path(entry));
  if (!path) return path.refusal();
  if (path->name.empty()) {
    if (archive_entry_filetype(entry) != AE_IFDIR) return malformed(*path, "the root must be a directory");
    folder_times_.emplace_back("", mtime_of(entry));
    return set_metadata(tree_.root(), "/", entry);
  }
  auto folder = tree_.folder(path->folder);
  if (!folder) return folder.refusal();
  if (path->name.starts_with(kWhiteout)) return whiteout(*folder, *path);
  return add(*folder, *path, entry, content);
}

Result<void> LayerWriter::whiteout(int folder, const LayerPath& path) {
  if (path.name == kOpaque) return make_opaque(folder, path.folder);
  if (path.name.starts_with(kAufsOwn)) return {};
  const std::string hidden = path.name.substr(kWhiteout.size());
  if (hidden.empty() || hidden == "." || hidden == "..") return malformed(path, "not a whiteout");
  struct stat st {};
  if (::fstatat(folder, hidden.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) return make_whiteout(folder, hidden);
  // This layer has the name itself: a whiteout only speaks of lower layers, so only a folder's lower content goes.
  if (!S_ISDIR(st.st_mode)) return {};
  const Fd below{::openat(folder, hidden.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  return below ? make_opaque(below.get(), path.text()) : disk_fault("open " + path.text(), errno);
}

Result<void> LayerWriter::add(int folder, const LayerPath& path, struct archive_entry* entry, TarReader& content) {
  if (entry_is_hard_link(entry)) return add_hard_link(folder, path, entry);
  switch (archive_entry_filetype(entry)) {
    case AE_IFDIR:
      return add_folder(folder, path, entry);
    case AE_IFREG:
      return add_file(folder, path, entry, content);
    case AE_IFLNK:
      return add_symbolic_link(folder, path, entry);
    case AE_IFCHR:
    case AE_IFBLK:
    case AE_IFIFO:
      return add_node(folder, path, entry);
    default:
      return malformed(path, "unhandled kind of entry");
  }
}

Result<void> LayerWriter::add_folder(int folder, const LayerPath& path, struct archive_entry* entry) {
  struct stat st {};
  const bool is_there = ::fstatat(folder, path.name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
  const bool hides = !is_there && is_whiteout(folder, path.name);
  if (!is_there) {
    if (auto r = tree_.clear(folder, path.name); !r) return r;
    if (::mkdirat(folder, path.name.c_str(), 0700) != 0) return disk_fault("mkdir " + path.text(), errno);
  }
  const Fd made{::openat(folder, path.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  if (!made) return disk_fault("open " + path.text(), errno);
  if (hides) {
    if (auto r = make_opaque(made.get(), path.text()); !r) return r;
  }
  folder_times_.emplace_back(path.text(), mtime_of(entry));
  return set_metadata(made.get(), path.text(), entry);
}

Result<void> LayerWriter::add_file(int folder, const LayerPath& path, struct archive_entry* entry, TarReader& content) {
  if (auto r = tree_.clear(folder, path.name); !r) return r;
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const Fd file{::openat(folder, path.name.c_str(), kFlags, 0600)};
  if (!file) return disk_fault("create " + path.text(), errno);
  const auto to_file = [&](const char* bytes, std::size_t size, std::int64_t offset) {
    return write_at(file.get(), {bytes, size}, offset, path.text());
  };
  if (auto r = content.data(to_file); !r) return r;
  const auto size = archive_entry_size(entry);  // a hole at the end has no block
  if (::ftruncate(file.get(), size) != 0) return disk_fault("truncate " + path.text(), errno);
  size_bytes_ += static_cast<std::uint64_t>(size);
  if (auto r = set_metadata(file.get(), path.text(), entry); !r) return r;
  return set_times(folder, path.name, mtime_of(entry));
}

Result<void> LayerWriter::add_hard_link(int folder, const LayerPath& path, struct archive_entry* entry) {
  auto target = layer_path(entry_link_target(entry));
  if (!target) return target.refusal();
  if (target->name.empty()) return malformed(path, "hard link to the root");
  if (target->text() == path.text()) return {};  // it is there already
  auto from = tree_.open(target->folder, O_PATH | O_DIRECTORY);
  if (!from) return malformed(path, "hard link to \"" + target->text() + "\", which is not in the layer");
  struct stat st {};
  const bool linkable = ::fstatat(from->get(), target->name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0 &&
                        !S_ISDIR(st.st_mode) && !is_whiteout(from->get(), target->name);
  if (!linkable) return malformed(path, "hard link to \"" + target->text() + "\", which is no file in the layer");
  if (auto r = tree_.clear(folder, path.name); !r) return r;
  if (::linkat(from->get(), target->name.c_str(), folder, path.name.c_str(), 0) != 0) {
    return disk_fault("link " + path.text(), errno);
  }
  return {};
}

Result<void> LayerWriter::add_symbolic_link(int folder, const LayerPath& path, struct archive_entry* entry) {
  if (auto r = tree_.clear(folder, path.name); !r) return r;
  // The target is a text for the container, where its root is the root; it is never followed out of the layer here.
  if (::symlinkat(entry_link_target(entry).c_str(), folder, path.name.c_str()) != 0) {
    return disk_fault("symlink " + path.text(), errno);
  }
  if (::fchownat(folder, path.name.c_str(), uid_of(entry), gid_of(entry), AT_SYMLINK_NOFOLLOW) != 0) {
    return disk_fault("chown " + path.text(), errno);
  }
  return set_times(folder, path.name, mtime_of(entry));
}

Result<void> LayerWriter::add_node(int folder, const LayerPath& path, struct archive_entry* entry) {
  if (auto r = tree_.clear(folder, path.name); !r) return r;
  const mode_t kind = archive_entry_filetype(entry);
  if (::mknodat(folder, path.name.c_str(), kind | 0600U, archive_entry_rdev(entry)) != 0) {
    return disk_fault("mknod " + path.text(), errno);
  }
  if (::fchownat(folder, path.name.c_str(), uid_of(entry), gid_of(entry), AT_SYMLINK_NOFOLLOW) != 0) {
    return disk_fault("chown " + path.text(), errno);
  }
  if (::fchmodat(folder, path.name.c_str(), mode_of(entry), 0) != 0) return disk_fault("chmod " + path.text(), errno);
  return set_times(folder, path.name, mtime_of(entry));
}

Result<void> LayerWriter::finish() {
  for (auto at = folder_times_.rbegin(); at != folder_times_.rend(); ++at) {
    const auto fd = tree_.open(at->first, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!fd) continue;  // a later entry took its place
    const timespec times[2] = {at->second, at->second};
    if (::futimens(fd->get(), times) != 0) return disk_fault("utime " + at->first, errno);
  }
  return sync_filesystem(tree_.root(), "layer");
}

}  // namespace skein::images
