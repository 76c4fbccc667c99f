#include "events/views/number_index.h"

#include <gtest/gtest.h>

#include <set>

#include "events/base/rng.h"

namespace skein {
namespace {

// A hash with many collisions, so that long runs are shifted back.
std::uint32_t poor_hash(std::uint32_t number) { return number % 13 + (number % 3) * 1'000; }

TEST(NumberIndex, AgreesWithASetUnderRandomInsertAndErase) {
  SeededRng rng{7};
  NumberIndex index;
  std::set<std::uint32_t> model;
  for (int step = 0; step < 20'000; ++step) {
    const auto number = static_cast<std::uint32_t>(rng.below(200));
    if (model.contains(number)) {
      model.erase(number);
      index.erase(number, poor_hash);
    } else {
      model.insert(number);
      index.insert(number, poor_hash);
    }
    const auto probe = static_cast<std::uint32_t>(rng.below(200));
    const auto found = index.find(poor_hash(probe), [&](std::uint32_t n) { return n == probe; });
    ASSERT_EQ(found != NumberIndex::kNone, model.contains(probe)) << step;
    ASSERT_EQ(index.size(), model.size());
  }
}

TEST(NumberIndex, ReplacePutsAnotherNumberInTheSamePlace) {
  NumberIndex index;
  index.insert(3, poor_hash);
  index.replace(3, 3 + 39, poor_hash(3));
  EXPECT_EQ(index.find(poor_hash(3), [](std::uint32_t n) { return n == 42; }), 42U);
  EXPECT_EQ(index.find(poor_hash(3), [](std::uint32_t n) { return n == 3; }), NumberIndex::kNone);
}

}  // namespace
}  // namespace skein
