#include <gtest/gtest.h>

#include <string>

#include "events/domain/decision.h"

namespace skein {
namespace {

using namespace std::string_literals;

// SHA-256("abc"), FIPS 180-4's example, with an empty salt.
TEST(Payload, DigestIsSha256OfSaltThenData) {
  Payload payload;
  payload.set_salt("a");
  payload.set_data("bc");
  payload.set_digest(
      "\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23"
      "\xb0\x03\x61\xa3\x96\x17\x7a\x9c\xb4\x10\xff\x61\xf2\x00\x15\xad"s);
  EXPECT_TRUE(payload_matches(payload));
}

TEST(Payload, DetachedMatchesUntilAnyPartChanges) {
  SeededRng rng{7};
  const Payload payload = detach("a secret", rng);
  EXPECT_TRUE(payload_matches(payload));
  Payload other = payload;
  other.set_data("a Secret");
  EXPECT_FALSE(payload_matches(other));
  other = payload;
  other.mutable_salt()->at(0) = static_cast<char>(other.salt()[0] ^ 1);
  EXPECT_FALSE(payload_matches(other));
  other = payload;
  other.clear_digest();
  EXPECT_FALSE(payload_matches(other));
}

TEST(Payload, EqualDataHasUnequalDigests) {
  SeededRng rng{7};
  EXPECT_NE(detach("1234", rng).digest(), detach("1234", rng).digest());
  EXPECT_EQ(detach("", rng).salt().size(), 16u);
}

}  // namespace
}  // namespace skein
