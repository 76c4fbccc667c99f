#include "events/store/key_slots.h"

#include <fcntl.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <utility>

#include "events/base/check.h"

namespace skein {
namespace {

constexpr std::size_t kSlotBytes = 64;
constexpr std::size_t kSealedKeyBytes = DataKey::kBytes + kSealBytes;
static_assert(kSealedKeyBytes <= kSlotBytes);

std::uint64_t offset_of(std::uint32_t slot) { return std::uint64_t{slot} * kSlotBytes; }

SealedPlace place_of(const std::string& digest) { return {"payload.keys", digest}; }

}  // namespace

Result<KeySlots> KeySlots::open(const std::string& path, const Sealer& sealer, const std::set<std::uint32_t>& used) {
  auto file = DiskFile::open(path, O_RDWR | O_CREAT);
  if (!file) return file.refusal();
  if (auto synced = sync_directory_of(path); !synced) return synced.refusal();
  const auto size = file->size();
  if (!size) return size.refusal();
  KeySlots slots{std::move(*file), sealer};
  slots.count_ = static_cast<std::uint32_t>(*size / kSlotBytes);  // a torn last slot was never referred to
  if (!used.empty() && *used.rbegin() >= slots.count_)
    return Refusal{Errc::fault, path + " has lost keys of payloads; restore it, or let this manager join anew"};
  for (std::uint32_t slot = 0; slot < slots.count_; ++slot) {
    if (!used.contains(slot)) slots.free_.push_back(slot);
  }
  return slots;
}

Result<std::uint32_t> KeySlots::put(const std::string& digest, const DataKey& key) {
  const bool reuse = !free_.empty();
  const std::uint32_t slot = reuse ? free_.back() : count_;
  std::array<char, kSlotBytes> bytes{};
  sealer_->seal(place_of(digest), key.bytes(), bytes.data());
  if (auto put = file_.write_at(offset_of(slot), {bytes.data(), bytes.size()}); !put) return put.refusal();
  reuse ? free_.pop_back() : static_cast<void>(++count_);
  return slot;
}

Result<DataKey> KeySlots::get(std::uint32_t slot, const std::string& digest) const {
  std::array<char, kSlotBytes> bytes{};
  if (auto read = file_.read_at(offset_of(slot), bytes); !read) return read.refusal();
  if (std::all_of(bytes.begin(), bytes.end(), [](char byte) { return byte == 0; }))
    return Refusal{Errc::not_found, "payload was erased"};
  std::string plain;
  if (!sealer_->unseal(place_of(digest), {bytes.data(), kSealedKeyBytes}, plain))
    return Refusal{Errc::fault, file_.path() + " is damaged at slot " + std::to_string(slot)};
  const DataKey key = DataKey::from_bytes(plain);
  OPENSSL_cleanse(plain.data(), plain.size());
  return key;
}

Result<void> KeySlots::destroy(std::uint32_t slot) {
  static constexpr std::array<char, kSlotBytes> kEmpty{};
  if (auto put = file_.write_at(offset_of(slot), {kEmpty.data(), kEmpty.size()}); !put) return put;
  return file_.sync();
}

}  // namespace skein
