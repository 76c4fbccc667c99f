#include "runtime/images/blob_store.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "runtime/images/digest.h"

namespace skein::images {
namespace {

constexpr std::uint64_t kReadMax = std::uint64_t{16} << 20;

}  // namespace

BlobStore::BlobStore(const std::string& root, Scratch& scratch)
    : directory_{root + "/blobs/sha256"}, scratch_{scratch} {}

Result<void> BlobStore::open() { return make_directory(directory_); }

std::string BlobStore::path(const std::string& digest) const { return directory_ + "/" + hex_of(digest); }

bool BlobStore::has(const std::string& digest) const {
  return is_sha256(digest) && ::access(path(digest).c_str(), F_OK) == 0;
}

Result<std::string> BlobStore::put(std::string_view bytes) {
  std::string digest = sha256_of(bytes);
  if (has(digest)) return digest;
  const ScratchPath aside = scratch_.path("blob");
  if (auto r = replace_file(aside.str(), path(digest), bytes); !r) return r.refusal();
  return digest;
}

Result<void> BlobStore::adopt(const std::string& file, const std::string& digest) {
  return rename_durably(file, path(digest), true);
}

Result<std::string> BlobStore::read(const std::string& digest) const {
  if (!has(digest)) return Refusal{Errc::not_found, "blob " + digest + " is not here"};
  auto bytes = read_file(path(digest), kReadMax);
  if (bytes && sha256_of(*bytes) != digest) return Refusal{Errc::fault, "blob " + digest + " is damaged on disk"};
  return bytes;
}

Result<void> BlobStore::drop(const std::string& digest) {
  if (::unlink(path(digest).c_str()) != 0 && errno != ENOENT) return disk_fault("remove " + path(digest), errno);
  return {};
}

std::vector<std::string> BlobStore::all() const {
  std::vector<std::string> digests;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, error)) {
    std::string digest = "sha256:" + entry.path().filename().string();
    if (is_sha256(digest)) digests.push_back(std::move(digest));
  }
  std::sort(digests.begin(), digests.end());
  return digests;
}

}  // namespace skein::images
