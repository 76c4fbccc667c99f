// Sealed values: unreadable, unchangeable, unmovable; and the key files they depend on.
#include "events/store/sealing.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <set>

#include "events/store/key_slots.h"
#include "tests/events/store/store_fixture.h"

namespace skein {
namespace {

constexpr SealedPlace kHere{"log", "12345678"};

TEST(Sealing, WhatIsSealedComesBackForAnyLength) {
  const Sealer sealer{DataKey::random()};
  std::string plain;
  for (const std::size_t size : {0u, 1u, 15u, 16u, 17u, 4096u, 5'000'000u}) {
    const std::string text(size, 'p');
    const std::string sealed = sealer.seal(kHere, text);
    EXPECT_EQ(sealed.size(), size + kSealBytes);
    ASSERT_TRUE(sealer.unseal(kHere, sealed, plain)) << size;
    EXPECT_EQ(plain, text);
  }
}

TEST(Sealing, AnyChangedBitIsNoticed) {
  const Sealer sealer{DataKey::random()};
  const std::string sealed = sealer.seal(kHere, "the text");
  std::string plain;
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string changed = sealed;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(sealer.unseal(kHere, changed, plain)) << bit;
    EXPECT_TRUE(plain.empty());
  }
  for (std::size_t size = 0; size < sealed.size(); ++size)
    EXPECT_FALSE(sealer.unseal(kHere, std::string_view{sealed}.substr(0, size), plain)) << size;
}

TEST(Sealing, AValueDoesNotUnsealElsewhereOrUnderAnotherKey) {
  const Sealer sealer{DataKey::random()};
  const std::string sealed = sealer.seal(kHere, "the text");
  std::string plain;
  EXPECT_FALSE(sealer.unseal({"log", "12345679"}, sealed, plain));
  EXPECT_FALSE(sealer.unseal({"raft", "12345678"}, sealed, plain));
  EXPECT_FALSE(Sealer{DataKey::random()}.unseal(kHere, sealed, plain));
}

TEST(Sealing, NoNonceIsUsedTwice) {
  const Sealer sealer{DataKey::random()};
  std::set<std::string> nonces;
  for (int i = 0; i < 10'000; ++i) nonces.insert(sealer.seal(kHere, {}).substr(0, kNonceBytes));
  EXPECT_EQ(nonces.size(), 10'000u);
}

TEST(DataKeyFile, IsMadeOnceForItsOwnerOnly) {
  const ScratchDirectory directory;
  const std::string path = directory.path("data.key");
  const auto made = DataKey::load_or_create(path);
  ASSERT_TRUE(made);
  struct stat facts {};
  ASSERT_EQ(stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  EXPECT_EQ(DataKey::load_or_create(path)->bytes(), made->bytes());
  EXPECT_EQ(file_bytes(path), made->bytes());
}

TEST(DataKeyFile, ThatOthersCanReadOrThatIsCutIsRefused) {
  const ScratchDirectory directory;
  const std::string path = directory.path("data.key");
  ASSERT_TRUE(DataKey::load_or_create(path));
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  EXPECT_NE(DataKey::load_or_create(path).refusal().text.find("can be read by others"), std::string::npos);
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  std::filesystem::resize_file(path, 31);
  EXPECT_NE(DataKey::load_or_create(path).refusal().text.find("damaged"), std::string::npos);
  EXPECT_FALSE(DataKey::load_or_create(directory.path("no/such/data.key")));
}

TEST(DataKeyWrapped, ComesBackOnlyWithTheUnlockKey) {
  const DataKey key = DataKey::random();
  const std::string wrapped = key.wrap("SWMKEY-1-abc");
  EXPECT_EQ(wrapped.find(key.bytes()), std::string::npos);
  EXPECT_EQ(DataKey::unwrap(wrapped, "SWMKEY-1-abc")->bytes(), key.bytes());
  EXPECT_EQ(DataKey::unwrap(wrapped, "SWMKEY-1-abd").refusal().code, Errc::failed_precondition);
}

TEST(KeySlotFile, ADestroyedKeyIsGoneFromTheFile) {
  const ScratchDirectory directory;
  const Sealer sealer{DataKey::random()};
  const std::string path = directory.path("payload.keys");
  auto slots = KeySlots::open(path, sealer, {});
  ASSERT_TRUE(slots);
  const DataKey one = DataKey::random();
  const DataKey two = DataKey::random();
  const auto slot_one = slots->put("digest one", one);
  const auto slot_two = slots->put("digest two", two);
  ASSERT_TRUE(slot_one && slot_two);
  EXPECT_EQ(slots->get(*slot_one, "digest one")->bytes(), one.bytes());
  EXPECT_EQ(slots->get(*slot_one, "digest two").refusal().code, Errc::fault) << "bound to its payload";
  const std::string sealed = file_bytes(path).substr(*slot_one * 64, 60);
  ASSERT_TRUE(slots->destroy(*slot_one));
  EXPECT_EQ(slots->get(*slot_one, "digest one").refusal().code, Errc::not_found);
  EXPECT_EQ(file_bytes(path).find(sealed.substr(0, 16)), std::string::npos);
  EXPECT_EQ(slots->get(*slot_two, "digest two")->bytes(), two.bytes());
}

TEST(KeySlotFile, FreeSlotsAreUsedAgainAndUsedOnesKept) {
  const ScratchDirectory directory;
  const Sealer sealer{DataKey::random()};
  const std::string path = directory.path("payload.keys");
  {
    auto slots = KeySlots::open(path, sealer, {});
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(slots->put("digest", DataKey::random()));
  }
  auto slots = KeySlots::open(path, sealer, {0, 2});
  ASSERT_TRUE(slots);
  EXPECT_EQ(*slots->put("new", DataKey::random()), 1u);
  EXPECT_EQ(*slots->put("newer", DataKey::random()), 3u);
  EXPECT_EQ(KeySlots::open(path, sealer, {9}).refusal().code, Errc::fault) << "a key LMDB refers to is missing";
}

}  // namespace
}  // namespace skein
