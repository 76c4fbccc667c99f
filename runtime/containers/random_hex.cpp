#include "runtime/containers/random_hex.h"

#include <sys/random.h>

#include <array>

#include "events/base/check.h"

namespace skein {

std::string random_hex(std::size_t digits) {
  std::array<unsigned char, 32> bytes;
  CHECK(digits <= 2 * bytes.size());
  CHECK(::getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  std::string out;
  for (std::size_t n = 0; n < digits; ++n) {
    out += "0123456789abcdef"[n % 2 == 0 ? bytes[n / 2] >> 4 : bytes[n / 2] & 15];
  }
  return out;
}

}  // namespace skein
