// Sealer: encrypts values at rest so that they can be neither read nor changed nor moved without the data key.
//
//   sealed = nonce (12 random bytes) || AES-256-GCM ciphertext || tag (16)      NIST SP 800-38D
//
// The associated data is the value's place (database name, zero byte, key), so a value copied to another key does not
// unseal. A random nonce is safe for 2^32 values under one key with a chance of 2^-32 of a repeat.
// Any thread: contexts are pooled, because setting up a key costs more than sealing a small value. Unsealing says only
// yes or no; the caller knows what was being read and names it.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "events/store/data_key.h"

namespace skein {

inline constexpr std::size_t kNonceBytes = 12;
inline constexpr std::size_t kTagBytes = 16;
inline constexpr std::size_t kSealBytes = kNonceBytes + kTagBytes;

struct SealedPlace {
  std::string_view database;
  std::string_view key;
};

class Sealer {
 public:
  explicit Sealer(const DataKey& key);
  ~Sealer();

  // Writes plain.size() + kSealBytes bytes to `out`, which must not overlap `plain`.
  void seal(SealedPlace place, std::string_view plain, char* out) const;
  std::string seal(SealedPlace place, std::string_view plain) const;

  // False: not sealed here, under this key, or changed since. `plain` is then empty. Reuse it: its memory is kept.
  [[nodiscard]] bool unseal(SealedPlace place, std::string_view sealed, std::string& plain) const;

 private:
  struct Pool;
  std::unique_ptr<Pool> pool_;
};

}  // namespace skein
