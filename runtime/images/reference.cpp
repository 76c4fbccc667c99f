#include "runtime/images/reference.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "runtime/images/digest.h"
#include "runtime/images/image_store.h"

namespace skein {
namespace images {
namespace {

constexpr std::size_t kNameMax = 255;

bool is_lower_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_alnum(char c) { return is_lower_alnum(c) || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_alnum(c) || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

Refusal bad_format() { return {Errc::invalid, "invalid reference format"}; }

// Consumes one separator of a path component: '.', '_', "__" or a run of '-'. 0: none is there.
std::size_t separator_length(std::string_view text) {
  if (text.starts_with("__")) return 2;
  if (text.starts_with('.') || text.starts_with('_')) return 1;
  const std::size_t end = text.find_first_not_of('-');
  return end == std::string_view::npos ? text.size() : end;
}

bool is_path_component(std::string_view text) {
  bool expects_alnum = true;
  while (!text.empty()) {
    if (is_lower_alnum(text.front())) {
      expects_alnum = false;
      text.remove_prefix(1);
      continue;
    }
    const std::size_t length = separator_length(text);
    if (expects_alnum || length == 0) return false;
    text.remove_prefix(length);
    expects_alnum = true;
  }
  return !expects_alnum;
}

bool is_path(std::string_view text) {
  for (;;) {
    const std::size_t slash = text.find('/');
    if (!is_path_component(text.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

bool is_domain_label(std::string_view text) {
  if (text.empty() || text.front() == '-' || text.back() == '-') return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '-'; });
}

bool is_ipv6_literal(std::string_view text) {
  if (text.size() < 4 || text.front() != '[' || text.back() != ']') return false;
  text = text.substr(1, text.size() - 2);
  return std::all_of(text.begin(), text.end(), [](char c) { return std::isxdigit(c) != 0 || c == ':'; });
}

bool is_host(std::string_view text) {
  if (is_ipv6_literal(text)) return true;
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!is_domain_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_domain(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || text.back() == ']') return is_host(text);
  const std::string_view port = text.substr(colon + 1);
  return !port.empty() && std::all_of(port.begin(), port.end(), is_digit) && is_host(text.substr(0, colon));
}

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// The part before the first slash is a host only if it looks like one (normalize.go, splitDockerDomain).
void split_domain(std::string_view typed, Reference& into) {
  const std::size_t slash = typed.find('/');
  const std::string_view first = typed.substr(0, slash);
  const bool is_a_host = slash != std::string_view::npos && (first.find_first_of(".:") != std::string_view::npos ||
                                                             first == "localhost" || lower(first) != first);
  into.domain = is_a_host ? std::string{first} : "docker.io";
  into.path = is_a_host ? std::string{typed.substr(slash + 1)} : std::string{typed};
  if (into.domain == "index.docker.io") into.domain = "docker.io";
  if (into.domain == "docker.io" && into.path.find('/') == std::string::npos) into.path = "library/" + into.path;
}

Result<void> take_digest(std::string& rest, Reference& into) {
  const std::size_t at = rest.find('@');
  if (at == std::string::npos) return {};
  into.digest = rest.substr(at + 1);
  rest.resize(at);
  if (is_sha256(into.digest)) return {};
  const std::size_t colon = into.digest.find(':');
  const std::string_view hex = std::string_view{into.digest}.substr(colon == std::string::npos ? 0 : colon + 1);
  const bool well_formed = colon != std::string::npos && colon > 0 && hex.size() >= 32 &&
                           std::all_of(hex.begin(), hex.end(), [](char c) { return std::isxdigit(c) != 0; });
  if (!well_formed) return bad_format();
  if (!into.digest.starts_with("sha256:")) return Refusal{Errc::invalid, "unsupported digest algorithm"};
  return Refusal{Errc::invalid, hex.size() == 64 ? "invalid checksum digest format" : "invalid checksum digest length"};
}

Result<void> take_tag(std::string& rest, Reference& into) {
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string::npos) return {};
  into.tag = rest.substr(colon + 1);
  rest.resize(colon);
  if (!is_tag(into.tag)) return bad_format();
  return {};
}

bool is_hex_id(std::string_view text) {
  return text.size() == 64 &&
         std::all_of(text.begin(), text.end(), [](char c) { return std::isxdigit(c) && !std::isupper(c); });
}

Result<void> check_names(const Reference& reference) {
  if (lower(reference.path) != reference.path) {
    return Refusal{Errc::invalid, "invalid reference format: repository name must be lowercase"};
  }
  if (!is_domain(reference.domain) || !is_path(reference.path)) return bad_format();
  if (reference.name().size() > kNameMax) {
    return Refusal{Errc::invalid, "repository name must not be more than 255 characters"};
  }
  return {};
}

}  // namespace

bool is_tag(std::string_view text) {
  if (text.empty() || text.size() > 128 || !is_word(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

std::string Reference::text() const {
  return name() + (tag.empty() ? "" : ":" + tag) + (digest.empty() ? "" : "@" + digest);
}

std::string Reference::familiar_name() const {
  if (domain != "docker.io") return name();
  return path.starts_with("library/") && path.find('/', 8) == std::string::npos ? path.substr(8) : path;
}

std::string Reference::familiar() const {
  return familiar_name() + (tag.empty() ? "" : ":" + tag) + (digest.empty() ? "" : "@" + digest);
}

Result<Reference> parse_reference(const std::string& typed) {
  if (typed.empty()) return bad_format();
  if (is_hex_id(typed)) {
    return Refusal{Errc::invalid,
                   "invalid repository name (" + typed + "), cannot specify 64-byte hexadecimal strings"};
  }
  Reference reference;
  split_domain(typed, reference);
  if (auto r = take_digest(reference.path, reference); !r) return r.refusal();
  if (auto r = take_tag(reference.path, reference); !r) return r.refusal();
  if (auto r = check_names(reference); !r) return r.refusal();
  return reference;
}

Result<Reference> parse_tagged_reference(const std::string& typed) {
  auto reference = parse_reference(typed);
  if (reference && reference->tag.empty() && reference->digest.empty()) reference->tag = "latest";
  return reference;
}

}  // namespace images

Result<std::string> normalized_reference(const std::string& typed) {
  auto reference = images::parse_tagged_reference(typed);
  if (!reference) return reference.refusal();
  return reference->text();
}

std::string familiar_reference(const std::string& normalized) {
  auto reference = images::parse_reference(normalized);
  return reference ? reference->familiar() : normalized;
}

}  // namespace skein
