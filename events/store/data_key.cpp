#include "events/store/data_key.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "events/base/check.h"
#include "events/store/chain.h"
#include "events/store/disk_file.h"
#include "events/store/sealing.h"

namespace skein {
namespace {

constexpr SealedPlace kWrappedPlace{"data_key", "wrapped"};

DataKey derive(std::string_view unlock_key) {
  CHECK(!unlock_key.empty());
  Digest digest = sha256("skein unlock key\n", unlock_key);
  DataKey key = DataKey::from_bytes(view(digest));
  OPENSSL_cleanse(digest.data(), digest.size());
  return key;
}

Result<DataKey> load(const DiskFile& file) {
  struct stat facts {};
  if (fstat(file.fd(), &facts) != 0) return file.fault("read", errno);
  if ((facts.st_mode & 077) != 0)
    return Refusal{Errc::fault, "data key " + file.path() + " can be read by others; set its mode to 0600"};
  std::array<char, DataKey::kBytes> bytes{};
  if (static_cast<std::size_t>(facts.st_size) != bytes.size())
    return Refusal{Errc::fault,
                   "data key " + file.path() + " is damaged: it must hold 32 bytes; restore it from a backup"};
  if (auto read = file.read_at(0, bytes); !read) return read.refusal();
  DataKey key = DataKey::from_bytes({bytes.data(), bytes.size()});
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return key;
}

// Written under another name first, so that a crash never leaves half a key.
Result<DataKey> create(const std::string& path) {
  const DataKey key = DataKey::random();
  const std::string draft = path + ".new";
  auto file = DiskFile::open(draft, O_RDWR | O_CREAT | O_TRUNC);
  if (!file) return file.refusal();
  if (auto written = file->write_at(0, key.bytes()); !written) return written.refusal();
  if (auto synced = file->sync(); !synced) return synced.refusal();
  if (rename(draft.c_str(), path.c_str()) != 0) return file->fault("rename", errno);
  if (auto synced = sync_directory_of(path); !synced) return synced.refusal();
  return key;
}

}  // namespace

DataKey::~DataKey() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

DataKey DataKey::random() {
  DataKey key;
  CHECK(RAND_priv_bytes(reinterpret_cast<unsigned char*>(key.bytes_.data()), static_cast<int>(kBytes)) == 1);
  return key;
}

DataKey DataKey::from_bytes(std::string_view bytes) {
  CHECK(bytes.size() == kBytes);
  DataKey key;
  std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
  return key;
}

Result<DataKey> DataKey::load_or_create(const std::string& path) {
  if (access(path.c_str(), F_OK) != 0 && errno == ENOENT) return create(path);
  auto file = DiskFile::open(path, O_RDONLY);
  if (!file) return file.refusal();
  return load(*file);
}

std::string DataKey::wrap(std::string_view unlock_key) const {
  return Sealer{derive(unlock_key)}.seal(kWrappedPlace, bytes());
}

Result<DataKey> DataKey::unwrap(std::string_view wrapped, std::string_view unlock_key) {
  std::string plain;
  if (!Sealer{derive(unlock_key)}.unseal(kWrappedPlace, wrapped, plain) || plain.size() != kBytes)
    return Refusal{Errc::failed_precondition, "invalid key"};
  DataKey key = from_bytes(plain);
  OPENSSL_cleanse(plain.data(), plain.size());
  return key;
}

}  // namespace skein
