#include <openssl/evp.h>

#include <span>

#include "events/base/check.h"
#include "events/domain/decision.h"

namespace skein {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kDigestBytes = 32;

std::string salted_digest(const std::string& salt, const std::string& data) {
  std::string digest(kDigestBytes, '\0');
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  CHECK(context != nullptr, "out of memory");
  unsigned length = 0;
  const bool done = EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1 &&
                    EVP_DigestUpdate(context, salt.data(), salt.size()) == 1 &&
                    EVP_DigestUpdate(context, data.data(), data.size()) == 1 &&
                    EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(digest.data()), &length) == 1;
  EVP_MD_CTX_free(context);
  CHECK(done && length == kDigestBytes, "SHA-256 does not work");
  return digest;
}

}  // namespace

Payload detach(std::string data, Rng& rng) {
  std::string salt(kSaltBytes, '\0');
  rng.fill(std::as_writable_bytes(std::span{salt}));
  Payload payload;
  payload.set_digest(salted_digest(salt, data));
  payload.set_salt(std::move(salt));
  payload.set_data(std::move(data));
  return payload;
}

bool payload_matches(const Payload& payload) {
  return payload.digest() == salted_digest(payload.salt(), payload.data());
}

}  // namespace skein
