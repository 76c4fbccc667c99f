#include "tests/runtime/images/tar_maker.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "events/base/check.h"
#include "runtime/images/digest.h"

namespace skein::images {
namespace {

la_ssize_t append(struct archive*, void* to, const void* bytes, std::size_t size) {
  static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

void add_filter(struct archive* archive, Compression compression) {
  if (compression == Compression::gzip) CHECK(archive_write_add_filter_gzip(archive) == ARCHIVE_OK);
  if (compression == Compression::zstd) CHECK(archive_write_add_filter_zstd(archive) == ARCHIVE_OK);
}

struct archive_entry* entry_of(const std::string& path, unsigned kind, unsigned mode) {
  struct archive_entry* entry = archive_entry_new();
  archive_entry_set_pathname(entry, path.c_str());
  archive_entry_set_filetype(entry, kind);
  archive_entry_set_perm(entry, static_cast<__LA_MODE_T>(mode));
  archive_entry_set_mtime(entry, 1'600'000'000, 0);
  return entry;
}

}  // namespace

TarMaker::TarMaker(Compression compression) : archive_{archive_write_new()} {
  CHECK(archive_write_set_format_pax_restricted(archive_) == ARCHIVE_OK);
  add_filter(archive_, compression);
  CHECK(archive_write_open(archive_, &bytes_, nullptr, append, nullptr) == ARCHIVE_OK);
}

TarMaker::~TarMaker() { archive_write_free(archive_); }

void TarMaker::put(struct archive_entry* entry, const std::string& content) {
  static const locale_t kUtf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);  // pax names are UTF-8
  const locale_t before = ::uselocale(kUtf8);
  CHECK(archive_write_header(archive_, entry) == ARCHIVE_OK);
  ::uselocale(before);
  if (!content.empty()) CHECK(archive_write_data(archive_, content.data(), content.size()) >= 0);
  archive_entry_free(entry);
}

TarMaker& TarMaker::file(const std::string& path, const std::string& content, const Meta& meta) {
  struct archive_entry* entry = entry_of(path, AE_IFREG, meta.mode);
  archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
  archive_entry_set_uid(entry, meta.uid);
  archive_entry_set_gid(entry, meta.gid);
  archive_entry_set_mtime(entry, meta.mtime, 0);
  for (const auto& [name, value] : meta.attributes) {
    archive_entry_xattr_add_entry(entry, name.c_str(), value.data(), value.size());
  }
  put(entry, content);
  return *this;
}

TarMaker& TarMaker::folder(const std::string& path, unsigned mode) {
  put(entry_of(path, AE_IFDIR, mode));
  return *this;
}

TarMaker& TarMaker::symlink(const std::string& path, const std::string& target) {
  struct archive_entry* entry = entry_of(path, AE_IFLNK, 0777);
  archive_entry_set_symlink(entry, target.c_str());
  put(entry);
  return *this;
}

TarMaker& TarMaker::hard_link(const std::string& path, const std::string& target) {
  struct archive_entry* entry = entry_of(path, AE_IFREG, 0644);
  archive_entry_set_hardlink(entry, target.c_str());
  put(entry);
  return *this;
}

TarMaker& TarMaker::device(const std::string& path, unsigned kind, unsigned major, unsigned minor) {
  struct archive_entry* entry = entry_of(path, kind, 0620);
  archive_entry_set_rdev(entry, makedev(major, minor));
  put(entry);
  return *this;
}

std::string TarMaker::bytes() {
  CHECK(archive_write_close(archive_) == ARCHIVE_OK);
  return bytes_;
}

std::string packed(const std::string& plain, Compression compression) {
  if (compression == Compression::none) return plain;
  std::string bytes;
  struct archive* archive = archive_write_new();
  CHECK(archive_write_set_format_raw(archive) == ARCHIVE_OK);
  CHECK(archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK);  // no padding
  add_filter(archive, compression);
  CHECK(archive_write_open(archive, &bytes, nullptr, append, nullptr) == ARCHIVE_OK);
  struct archive_entry* entry = entry_of("data", AE_IFREG, 0644);
  CHECK(archive_write_header(archive, entry) == ARCHIVE_OK);
  CHECK(archive_write_data(archive, plain.data(), plain.size()) == static_cast<la_ssize_t>(plain.size()));
  archive_entry_free(entry);
  CHECK(archive_write_close(archive) == ARCHIVE_OK);
  archive_write_free(archive);
  return bytes;
}

LayerBytes layer_of(const std::string& plain, Compression compression) {
  return {packed(plain, compression), sha256_of(plain)};
}

nlohmann::json config_of(const std::vector<LayerBytes>& layers) {
  nlohmann::json config = {{"architecture", "amd64"},
                           {"os", "linux"},
                           {"created", "2024-02-03T04:05:06Z"},
                           {"config", {{"Cmd", {"/bin/true"}}, {"Env", {"A=b"}}}},
                           {"history", nlohmann::json::array()},
                           {"rootfs", {{"type", "layers"}, {"diff_ids", nlohmann::json::array()}}}};
  for (const auto& layer : layers) {
    config["rootfs"]["diff_ids"].push_back(layer.diff_id);
    config["history"].push_back({{"created", "2024-02-03T04:05:06Z"}, {"created_by", "ADD layer"}});
  }
  return config;
}

std::string docker_archive(const std::vector<LayerBytes>& layers, const std::vector<std::string>& tags,
                           const nlohmann::json& config) {
  TarMaker tar;
  nlohmann::json names = nlohmann::json::array();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    names.push_back(std::to_string(i) + "/layer.tar");
    tar.file(names.back().get<std::string>(), layers[i].packed);
  }
  tar.file("config.json", config.dump());
  tar.file("manifest.json",
           nlohmann::json::array({{{"Config", "config.json"}, {"RepoTags", tags}, {"Layers", names}}}).dump());
  return tar.bytes();
}

std::string docker_archive(const std::vector<LayerBytes>& layers, const std::vector<std::string>& tags) {
  return docker_archive(layers, tags, config_of(layers));
}

ByteSource bytes_source(std::string bytes) {
  return
      [bytes = std::move(bytes), at = std::size_t{0}](char* into, std::size_t size_max) mutable -> Result<std::size_t> {
        const std::size_t n = std::min(size_max, bytes.size() - at);
        std::memcpy(into, bytes.data() + at, n);
        at += n;
        return n;
      };
}

}  // namespace skein::images
