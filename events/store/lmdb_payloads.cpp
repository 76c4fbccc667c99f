#include "events/store/lmdb_payloads.h"

#include <openssl/crypto.h>

#include <utility>

#include "events/store/lmdb_codec.h"

namespace skein {
namespace {

constexpr std::size_t kSlotNumberBytes = 4;

SealedPlace place_of(const std::string& digest) { return {"payloads", digest}; }

}  // namespace

Result<std::unique_ptr<LmdbPayloads>> LmdbPayloads::open(LmdbEnv& env, const Sealer& sealer, MDB_dbi dbi) {
  std::unique_ptr<LmdbPayloads> payloads{new LmdbPayloads{env, sealer, dbi}};
  const auto used = payloads->used_slots();
  if (!used) return used.refusal();
  auto slots = KeySlots::open(env.directory() + "/payload.keys", sealer, *used);
  if (!slots) return slots.refusal();
  payloads->slots_.emplace(std::move(*slots));
  return payloads;
}

Refusal LmdbPayloads::damaged() const {
  return {Errc::fault, "the event log in " + env_.directory() +
                           " is damaged: a payload does not verify; restore it from a backup, or remove this manager "
                           "and let it join anew"};
}

Result<std::set<std::uint32_t>> LmdbPayloads::used_slots() const {
  LmdbTxn txn;
  LmdbCursor cursor;
  if (auto begun = env_.begin_read(txn); !begun) return begun.refusal();
  if (const int code = cursor.open(txn, dbi_); code != 0) return env_.refusal(code);
  if (auto whole = env_.check_count(txn, dbi_); !whole) return whole.refusal();
  std::set<std::uint32_t> used;
  int code = cursor.move(MDB_FIRST);
  for (; code == 0; code = cursor.move(MDB_NEXT)) {
    if (cursor.value().size() < kSlotNumberBytes) return damaged();
    if (!used.insert(decode_u32(cursor.value())).second) return damaged();
  }
  if (code != MDB_NOTFOUND) return env_.refusal(code);
  return used;
}

Result<void> LmdbPayloads::put(LmdbTxn& txn, const std::vector<Payload>& payloads, Slots& taken) {
  for (const Payload& payload : payloads) {
    if (auto put = put_one(txn, payload, taken); !put) return put;
  }
  return taken.empty() ? Result<void>{} : slots_->sync();
}

Result<void> LmdbPayloads::put_one(LmdbTxn& txn, const Payload& payload, Slots& taken) {
  std::optional<std::string_view> known;
  if (const int code = txn.get(dbi_, payload.digest(), known); code != 0) return env_.refusal(code);
  if (known) return {};  // the digest is the content: it is here already
  const DataKey key = DataKey::random();
  const auto slot = slots_->put(payload.digest(), key);
  if (!slot) return slot.refusal();
  taken.push_back(*slot);
  std::string plain = payload.SerializeAsString();
  const std::string value = encode_u32(*slot) + Sealer{key}.seal(place_of(payload.digest()), plain);
  OPENSSL_cleanse(plain.data(), plain.size());
  if (const int code = txn.put(dbi_, payload.digest(), value); code != 0) return env_.refusal(code);
  return {};
}

void LmdbPayloads::give_back(const Slots& taken) {
  for (const std::uint32_t slot : taken) slots_->release(slot);
}

Result<std::optional<std::string>> LmdbPayloads::value(const std::string& digest) const {
  LmdbTxn txn;
  std::optional<std::string_view> found;
  if (auto begun = env_.begin_read(txn); !begun) return begun.refusal();
  if (digest.empty()) return std::optional<std::string>{};  // LMDB has no empty keys
  if (const int code = txn.get(dbi_, digest, found); code != 0) return env_.refusal(code);
  return found ? std::optional{std::string{*found}} : std::nullopt;
}

Result<Payload> LmdbPayloads::get(const std::string& digest) const {
  const auto found = value(digest);
  if (!found) return found.refusal();
  if (!*found) return Refusal{Errc::not_found, "payload was erased or is not here yet"};
  const std::string_view bytes = **found;
  if (bytes.size() < kSlotNumberBytes) return damaged();
  const auto key = slots_->get(decode_u32(bytes), digest);
  if (!key) return key.refusal();
  std::string plain;
  Payload payload;
  if (!Sealer{*key}.unseal(place_of(digest), bytes.substr(kSlotNumberBytes), plain)) return damaged();
  const bool parsed = payload.ParseFromString(plain);
  OPENSSL_cleanse(plain.data(), plain.size());
  if (!parsed || payload.digest() != digest) return damaged();
  return payload;
}

// The key goes first: once it is gone nothing can bring the payload back, whatever happens to the rest.
Result<void> LmdbPayloads::erase(const std::string& digest) {
  const auto found = value(digest);
  if (!found) return found.refusal();
  if (!*found) return {};
  if ((*found)->size() < kSlotNumberBytes) return damaged();
  const std::uint32_t slot = decode_u32(**found);
  if (auto destroyed = slots_->destroy(slot); !destroyed) return destroyed;
  LmdbTxn txn;
  if (auto begun = env_.begin_write(txn); !begun) return begun.refusal();
  if (const int code = txn.del(dbi_, digest); code != 0) return env_.refusal(code);
  if (auto done = env_.commit(txn); !done) return done;
  slots_->release(slot);
  return {};
}

}  // namespace skein
