#include "events/base/ids.h"

#include <algorithm>
#include <array>

#include "events/base/rng.h"

namespace skein {
namespace {

constexpr std::size_t kIdLength = 25;
constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";

}  // namespace

std::string random_id(Rng& rng) {
  // 25 independent base36 digits hold 129 bits, what Docker's ids hold.
  std::string id(kIdLength, '0');
  for (char& digit : id) digit = kDigits[rng.below(kDigits.size())];
  return id;
}

bool is_object_id(std::string_view text) {
  return text.size() == kIdLength &&
         std::all_of(text.begin(), text.end(), [](char c) { return kDigits.find(c) != std::string_view::npos; });
}

}  // namespace skein
