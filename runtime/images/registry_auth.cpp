#include "runtime/images/registry_auth.h"

#include <array>
#include <cctype>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "runtime/images/json_read.h"

namespace skein {
namespace images {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

void skip(std::string_view& text, std::string_view what) {
  const std::size_t n = text.find_first_not_of(what);
  text.remove_prefix(n == std::string_view::npos ? text.size() : n);
}

std::string take_token(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of(" \t,="), text.size());
  std::string token{text.substr(0, end)};
  text.remove_prefix(end);
  return token;
}

std::string take_quoted(std::string_view& text) {
  std::string value;
  text.remove_prefix(1);
  while (!text.empty() && text.front() != '"') {
    if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
    value += text.front();
    text.remove_prefix(1);
  }
  if (!text.empty()) text.remove_prefix(1);
  return value;
}

int sextet(char c) {
  if (c == '-') return 62;
  if (c == '_') return 63;
  const std::size_t at = kAlphabet.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

std::string Challenge::at(const std::string& key) const {
  const auto found = parameters.find(key);
  return found == parameters.end() ? std::string{} : found->second;
}

std::optional<Challenge> parse_challenge(std::string_view header) {
  skip(header, " \t");
  Challenge challenge;
  challenge.scheme = lower(take_token(header));
  if (challenge.scheme.empty()) return std::nullopt;
  for (;;) {
    skip(header, " \t,");
    const std::string key = lower(take_token(header));
    if (key.empty()) return challenge;
    skip(header, " \t");
    if (header.empty() || header.front() != '=') return challenge;
    header.remove_prefix(1);
    skip(header, " \t");
    challenge.parameters[key] = header.starts_with('"') ? take_quoted(header) : take_token(header);
  }
}

std::string basic_authorization(const RegistryCredentials& credentials) {
  if (credentials.username.empty()) return {};
  return "Basic " + base64_encode(credentials.username + ":" + credentials.password);
}

std::string base64_encode(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    const std::size_t used = std::min<std::size_t>(bytes.size() - i, 3) + 1;
    for (std::size_t k = 0; k < 4; ++k) text += k < used ? kAlphabet[group >> (18 - 6 * k) & 63U] : '=';
  }
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = sextet(c);
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xffU);
  }
  return bytes;
}

std::string percent_encode(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~') {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

}  // namespace images

Result<RegistryCredentials> parse_registry_auth(const std::string& header) {
  if (header.empty()) return RegistryCredentials{};
  const Refusal invalid{Errc::invalid, "invalid X-Registry-Auth header: not base64url-encoded JSON"};
  const auto text = images::base64_decode(header);
  if (!text) return invalid;
  const auto from = images::parse_json(*text);
  if (from.is_null()) return RegistryCredentials{};
  if (!from.is_object()) return invalid;
  RegistryCredentials credentials{images::text_at(from, "username"), images::text_at(from, "password"),
                                  images::text_at(from, "identitytoken"), images::text_at(from, "registrytoken")};
  const auto pair = images::base64_decode(images::text_at(from, "auth"));  // "user:password", of old clients
  const std::size_t colon = pair ? pair->find(':') : std::string::npos;
  if (credentials.username.empty() && colon != std::string::npos) {
    credentials.username = pair->substr(0, colon);
    credentials.password = pair->substr(colon + 1);
  }
  return credentials;
}

}  // namespace skein
