#include "runtime/images/staged_archive.h"

#include <archive_entry.h>
#include <fcntl.h>

#include <filesystem>
#include <system_error>

#include "runtime/images/files.h"
#include "runtime/images/layer_tree.h"
#include "runtime/images/plain_stream.h"
#include "runtime/images/tar_reader.h"

namespace skein::images {
namespace {

constexpr std::size_t kEntriesMax = 100'000;
constexpr std::uint64_t kTextMax = std::uint64_t{16} << 20;
constexpr int kHopsMax = 8;

std::string clean(const std::string& name) {
  const auto path = layer_path(name);
  return path ? path->text() : std::string{};
}

}  // namespace

Result<StagedArchive> StagedArchive::stage(const ByteSource& upload, Scratch& scratch) {
  StagedArchive staged{scratch.path("upload")};
  if (auto r = make_directory(staged.directory_.str()); !r) return r.refusal();
  PlainStream plain{upload};
  TarReader tar{plain.source()};
  for (;;) {
    auto entry = tar.next();
    if (!entry) return entry.refusal();
    if (!*entry) break;
    if (auto r = staged.keep(*entry, tar); !r) return r.refusal();
  }
  if (auto rest = plain.finish(); !rest) return rest.refusal();
  return staged;
}

Result<void> StagedArchive::keep(struct archive_entry* entry, TarReader& content) {
  auto path = layer_path(entry_path(entry));
  if (!path) return path.refusal();
  if (files_.size() + links_.size() >= kEntriesMax) return Refusal{Errc::invalid, "invalid archive: too many entries"};
  const std::string target = entry_link_target(entry);
  if (entry_is_hard_link(entry)) {
    links_[path->text()] = clean(target);
  } else if (archive_entry_filetype(entry) == AE_IFLNK) {
    links_[path->text()] = clean(path->folder + "/" + target);
  } else if (archive_entry_filetype(entry) == AE_IFREG) {
    return keep_file(path->text(), content);
  }
  return {};
}

Result<void> StagedArchive::keep_file(const std::string& name, TarReader& content) {
  const std::string path = directory_.str() + "/" + std::to_string(files_.size());
  auto file = open_file(path, O_WRONLY | O_CREAT | O_EXCL);
  if (!file) return file.refusal();
  std::int64_t at = 0;
  const auto to_file = [&](const char* bytes, std::size_t size, std::int64_t offset) -> Result<void> {
    if (offset != at) return Refusal{Errc::invalid, "invalid archive: sparse entry \"" + name + "\""};
    at += static_cast<std::int64_t>(size);
    return write_all(file->get(), {bytes, size}, path);
  };
  if (auto r = content.data(to_file); !r) return r;
  if (!files_.emplace(name, path).second)
    return Refusal{Errc::invalid, "invalid archive: \"" + name + "\" is there twice"};
  return {};
}

std::string StagedArchive::resolved(const std::string& name) const {
  std::string at = clean(name);
  for (int hops = 0; hops < kHopsMax; ++hops) {
    const auto link = links_.find(at);
    if (link == links_.end()) return at;
    at = link->second;
  }
  return {};
}

bool StagedArchive::has(const std::string& name) const { return files_.contains(resolved(name)); }

Result<std::string> StagedArchive::path(const std::string& name) const {
  const auto found = files_.find(resolved(name));
  if (found == files_.end()) return Refusal{Errc::invalid, "invalid archive: \"" + name + "\" is missing"};
  return found->second;
}

Result<std::string> StagedArchive::text(const std::string& name) const {
  auto file = path(name);
  if (!file) return file.refusal();
  return read_file(*file, kTextMax);
}

std::uint64_t StagedArchive::size_bytes(const std::string& name) const {
  const auto file = path(name);
  std::error_code error;
  const auto size = file ? std::filesystem::file_size(*file, error) : 0;
  return error ? 0 : size;
}

}  // namespace skein::images
