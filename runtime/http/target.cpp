#include "runtime/http/target.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace skein {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out.push_back(' ');
    } else if (text[i] == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0 || (high == 0 && low == 0)) return Refusal{Errc::invalid, "invalid URL escape"};
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

// Calls `each` with the pieces of `text` between `separator`s, until one is refused.
template <class Each>
Result<void> split(std::string_view text, char separator, const Each& each) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0)
      if (auto done = each(text.substr(0, end)); !done) return done;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

Result<void> add_pair(Query& query, std::string_view piece) {
  const std::size_t equals = std::min(piece.find('='), piece.size());
  auto key = decode(piece.substr(0, equals), true);
  auto value = decode(piece.substr(std::min(equals + 1, piece.size())), true);
  if (!key) return key.refusal();
  if (!value) return value.refusal();
  query.add(std::move(*key), std::move(*value));
  return {};
}

}  // namespace

const std::string* Query::find(std::string_view key) const {
  const auto it = std::find_if(pairs_.begin(), pairs_.end(), [&](const auto& pair) { return pair.first == key; });
  return it == pairs_.end() ? nullptr : &it->second;
}

std::string Query::get(std::string_view key) const {
  const std::string* found = find(key);
  return found ? *found : std::string{};
}

std::vector<std::string> Query::all(std::string_view key) const {
  std::vector<std::string> values;
  for (const auto& [name, value] : pairs_)
    if (name == key) values.push_back(value);
  return values;
}

bool Query::flag(std::string_view key) const {
  std::string value = get(key);
  for (char& c : value) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const std::array<std::string_view, 5> no{"", "0", "no", "false", "none"};
  return std::find(no.begin(), no.end(), value) == no.end();
}

Result<std::optional<std::uint64_t>> Query::natural(std::string_view key) const {
  const std::string* text = find(key);
  if (!text || text->empty()) return std::optional<std::uint64_t>{};
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc{} || end != text->data() + text->size())
    return Refusal{Errc::invalid, "invalid " + std::string{key} + " '" + *text + "': not a whole number"};
  return std::optional{number};
}

Result<Target> parse_target(std::string_view text) {
  if (text.empty() || text.front() != '/') return Refusal{Errc::invalid, "invalid request target"};
  text = text.substr(0, text.find('#'));
  Target target;
  const std::size_t mark = std::min(text.find('?'), text.size());
  auto path = split(text.substr(0, mark), '/', [&](std::string_view piece) -> Result<void> {
    auto segment = decode(piece, false);
    if (!segment) return segment.refusal();
    target.segments.push_back(std::move(*segment));
    return {};
  });
  if (!path) return path.refusal();
  auto query = split(text.substr(std::min(mark + 1, text.size())), '&',
                     [&](std::string_view piece) { return add_pair(target.query, piece); });
  if (!query) return query.refusal();
  return target;
}

}  // namespace skein
