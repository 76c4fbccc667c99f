#include "events/domain/image_reference.h"

#include <algorithm>
#include <string>

#include "events/domain/ip_prefix.h"

namespace skein {
namespace {

constexpr std::size_t kNameBytesMax = 255;
constexpr std::size_t kTagBytesMax = 128;
constexpr std::size_t kDigestHexMin = 32;
constexpr std::size_t kIdHexDigits = 64;

bool lower_letter(char c) { return c >= 'a' && c <= 'z'; }
bool letter(char c) { return lower_letter(c) || (c >= 'A' && c <= 'Z'); }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool lower_alnum(char c) { return lower_letter(c) || digit(c); }
bool alnum(char c) { return letter(c) || digit(c); }
bool hex(char c) { return digit(c) || (c >= 'a' && c <= 'f'); }

// Calls `good` for each part between separators; true if there is at least one and all are.
template <class Good>
bool all_parts(std::string_view text, std::string_view separators, Good good) {
  while (true) {
    const std::size_t end = text.find_first_of(separators);
    if (!good(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

// alphanumerics, joined by one '.', one or two '_', or any number of '-'
bool is_path_component(std::string_view text) {
  if (text.empty() || !lower_alnum(text.front()) || !lower_alnum(text.back())) return false;
  while (!text.empty()) {
    const auto word = std::find_if_not(text.begin(), text.end(), lower_alnum);
    text.remove_prefix(static_cast<std::size_t>(word - text.begin()));
    const auto gap = std::find_if(text.begin(), text.end(), lower_alnum);
    const std::string_view separator = text.substr(0, static_cast<std::size_t>(gap - text.begin()));
    const bool dashes = separator.find_first_not_of('-') == std::string_view::npos;
    if (!dashes && separator != "." && separator != "_" && separator != "__") return false;
    text.remove_prefix(separator.size());
  }
  return true;
}

bool is_domain_label(std::string_view text) {
  return !text.empty() && alnum(text.front()) && alnum(text.back()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return alnum(c) || c == '-'; });
}

bool is_port(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), digit); }

bool is_domain(std::string_view text) {
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    const auto address = IpPrefix::parse_address(text.substr(1, end - 1));
    if (!address || address->is_v4()) return false;
    rest = text.substr(end + 1);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    if (!all_parts(text.substr(0, colon), ".", is_domain_label)) return false;
    rest = text.substr(colon);
  }
  return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
}

// What stands before the first slash is a registry if it could not be a path component, or says "localhost".
bool looks_like_domain(std::string_view first) {
  return first == "localhost" || first.find_first_of(".:[") != std::string_view::npos ||
         std::any_of(first.begin(), first.end(), [](char c) { return letter(c) && !lower_letter(c); });
}

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax) return false;
  const std::size_t slash = name.find('/');
  const std::string_view first = name.substr(0, slash);
  if (slash != std::string_view::npos && looks_like_domain(first)) {
    if (!is_domain(first)) return false;
    name.remove_prefix(slash + 1);
  } else if (name.size() == kIdHexDigits && std::all_of(name.begin(), name.end(), hex)) {
    return false;  // an image id
  }
  return all_parts(name, "/", is_path_component);
}

bool is_tag(std::string_view tag) {
  return !tag.empty() && tag.size() <= kTagBytesMax && (alnum(tag.front()) || tag.front() == '_') &&
         std::all_of(tag.begin(), tag.end(), [](char c) { return alnum(c) || c == '_' || c == '.' || c == '-'; });
}

bool is_algorithm_part(std::string_view part) {
  return !part.empty() && letter(part.front()) && std::all_of(part.begin(), part.end(), alnum);
}

bool is_digest(std::string_view digest) {
  const std::size_t colon = digest.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view algorithm = digest.substr(0, colon);
  const std::string_view value = digest.substr(colon + 1);
  if (!all_parts(algorithm, "-_+.", is_algorithm_part) || value.size() < kDigestHexMin) return false;
  if (algorithm == "sha256" && value.size() != kIdHexDigits) return false;
  if (algorithm == "sha512" && value.size() != 2 * kIdHexDigits) return false;
  return std::all_of(value.begin(), value.end(), hex);
}

}  // namespace

bool is_image_reference(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at != std::string_view::npos) {
    if (!is_digest(text.substr(at + 1))) return false;
    text = text.substr(0, at);
  }
  const std::size_t colon = text.rfind(':');
  const std::size_t slash = text.rfind('/');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    if (!is_tag(text.substr(colon + 1))) return false;
    text = text.substr(0, colon);
  }
  return is_name(text);
}

}  // namespace skein
