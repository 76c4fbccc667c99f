#include "events/store/sealing.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <climits>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include "events/base/check.h"

namespace skein {
namespace {

using Bytes = unsigned char;
const Bytes* raw(std::string_view text) { return reinterpret_cast<const Bytes*>(text.data()); }
Bytes* raw(char* text) { return reinterpret_cast<Bytes*>(text); }

struct ContextDeleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, ContextDeleter>;

enum class Direction : int { unseal = 0, seal = 1 };

const EVP_CIPHER* algorithm() {
  static const EVP_CIPHER* const gcm = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  CHECK(gcm != nullptr, "OpenSSL has no AES-256-GCM");
  return gcm;
}

void add_place(EVP_CIPHER_CTX* context, SealedPlace place) {
  std::array<char, 128> text;
  const std::size_t size = place.database.size() + 1 + place.key.size();
  CHECK(size <= text.size());
  std::memcpy(text.data(), place.database.data(), place.database.size());
  text[place.database.size()] = '\0';
  std::memcpy(text.data() + place.database.size() + 1, place.key.data(), place.key.size());
  int done = 0;
  CHECK(EVP_CipherUpdate(context, nullptr, &done, raw(text.data()), static_cast<int>(size)) == 1);
}

}  // namespace

// Contexts with the key already set, and random bytes for nonces fetched many at a time.
struct Sealer::Pool {
  explicit Pool(const DataKey& data_key) : key{data_key} {}

  Context take(Direction direction) {
    {
      const std::lock_guard lock{mutex};
      auto& idle = contexts[static_cast<std::size_t>(direction)];
      if (!idle.empty()) {
        Context context = std::move(idle.back());
        idle.pop_back();
        return context;
      }
    }
    Context context{EVP_CIPHER_CTX_new()};
    CHECK(context != nullptr);
    const int sealing = static_cast<int>(direction);
    CHECK(EVP_CipherInit_ex2(context.get(), algorithm(), raw(key.bytes()), nullptr, sealing, nullptr) == 1);
    return context;
  }

  void give_back(Direction direction, Context context) {
    const std::lock_guard lock{mutex};
    contexts[static_cast<std::size_t>(direction)].push_back(std::move(context));
  }

  void next_nonce(char* out) {
    const std::lock_guard lock{mutex};
    if (used == nonces.size()) {
      CHECK(RAND_bytes(raw(nonces.data()), static_cast<int>(nonces.size())) == 1, "no random bytes");
      used = 0;
    }
    std::memcpy(out, nonces.data() + used, kNonceBytes);
    used += kNonceBytes;
  }

  const DataKey key;
  std::mutex mutex;
  std::array<std::vector<Context>, 2> contexts;
  std::array<char, kNonceBytes * 64> nonces;
  std::size_t used = sizeof nonces;
};

Sealer::Sealer(const DataKey& key) : pool_{std::make_unique<Pool>(key)} {}
Sealer::~Sealer() = default;

void Sealer::seal(SealedPlace place, std::string_view plain, char* out) const {
  CHECK(plain.size() <= INT_MAX);
  pool_->next_nonce(out);
  Context context = pool_->take(Direction::seal);
  int done = 0;
  CHECK(EVP_CipherInit_ex2(context.get(), nullptr, nullptr, raw(out), 1, nullptr) == 1);
  add_place(context.get(), place);
  char* const body = out + kNonceBytes;
  CHECK(EVP_CipherUpdate(context.get(), raw(body), &done, raw(plain), static_cast<int>(plain.size())) == 1);
  CHECK(EVP_CipherFinal_ex(context.get(), raw(body) + done, &done) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, body + plain.size()) == 1);
  pool_->give_back(Direction::seal, std::move(context));
}

std::string Sealer::seal(SealedPlace place, std::string_view plain) const {
  std::string sealed(plain.size() + kSealBytes, '\0');
  seal(place, plain, sealed.data());
  return sealed;
}

bool Sealer::unseal(SealedPlace place, std::string_view sealed, std::string& plain) const {
  plain.clear();
  if (sealed.size() < kSealBytes || sealed.size() - kSealBytes > INT_MAX) return false;
  Context context = pool_->take(Direction::unseal);
  CHECK(EVP_CipherInit_ex2(context.get(), nullptr, nullptr, raw(sealed), 0, nullptr) == 1);
  add_place(context.get(), place);
  const std::string_view body = sealed.substr(kNonceBytes, sealed.size() - kSealBytes);
  std::array<char, kTagBytes> tag;
  std::memcpy(tag.data(), sealed.data() + sealed.size() - kTagBytes, kTagBytes);
  plain.resize(body.size());
  int done = 0;
  CHECK(EVP_CipherUpdate(context.get(), raw(plain.data()), &done, raw(body), static_cast<int>(body.size())) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1);
  const bool genuine = EVP_CipherFinal_ex(context.get(), raw(plain.data()) + done, &done) == 1;
  pool_->give_back(Direction::unseal, std::move(context));
  if (!genuine) plain.clear();
  return genuine;
}

}  // namespace skein
