// StringHash: lets unordered maps keyed by std::string be searched by string_view. Such maps are for look-up only;
// their order must not reach an output.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace skein {

struct StringHash {
  using is_transparent = void;
  // Not noexcept, so that libstdc++ keeps each key's hash beside it instead of making it anew for every neighbour.
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

template <class Value>
using StringMap = std::unordered_map<std::string, Value, StringHash, std::equal_to<>>;

}  // namespace skein
