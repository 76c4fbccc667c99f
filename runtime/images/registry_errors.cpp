#include "runtime/images/registry_errors.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "runtime/images/json_read.h"
#include "runtime/images/registry_auth.h"

namespace skein::images {
namespace {

constexpr std::size_t kMessageMax = 512;

struct RegistryError {
  std::string code, message;
};

// RFC 6750 3.1: a token that is not enough says so in the challenge, not in the body.
std::optional<RegistryError> from_challenge(const HttpReply& reply) {
  const auto challenge = parse_challenge(reply.header("www-authenticate"));
  if (reply.status != 401 || !challenge || challenge->scheme != "bearer") return std::nullopt;
  const std::string description = challenge->at("error_description");
  if (challenge->at("error") == "insufficient_scope") {
    return RegistryError{"DENIED", description.empty() ? "requested access to the resource is denied" : description};
  }
  if (challenge->at("error") == "invalid_token") {
    return RegistryError{"UNAUTHORIZED", description.empty() ? "authentication required" : description};
  }
  return std::nullopt;
}

RegistryError by_status(long status) {
  if (status == 401) return {"UNAUTHORIZED", "authentication required"};
  if (status == 403) return {"DENIED", "requested access to the resource is denied"};
  if (status == 404) return {"MANIFEST_UNKNOWN", "manifest unknown"};
  if (status == 429) return {"TOOMANYREQUESTS", "too many requests"};
  return {"", "received unexpected HTTP status: " + std::to_string(status)};
}

RegistryError read_error(const HttpReply& reply) {
  if (auto error = from_challenge(reply)) return *error;
  const auto body = parse_json(reply.body);
  const auto& errors = member(body, "errors");
  const RegistryError usual = by_status(reply.status);
  if (!errors.is_array() || errors.empty()) return usual;
  RegistryError error{text_at(errors[0], "code"), text_at(errors[0], "message").substr(0, kMessageMax)};
  if (error.code.empty()) return usual;
  if (error.message.empty()) error.message = usual.message;
  return error;
}

std::string worded(const RegistryError& error) {
  if (error.code.empty()) return error.message;
  std::string words;
  for (const char c : error.code.substr(0, 64)) {
    words += c == '_' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return words + ": " + error.message;
}

}  // namespace

Refusal registry_refusal(const HttpReply& reply, const Reference& reference) {
  const RegistryError error = read_error(reply);
  const std::string text = worded(error);
  if (error.code == "DENIED") {
    return {Errc::not_found, "pull access denied for " + reference.familiar_name() +
                                 ", repository does not exist or may require 'docker login': " + text};
  }
  if (error.code == "MANIFEST_UNKNOWN" || error.code == "BLOB_UNKNOWN") {
    return {Errc::not_found, "manifest for " + reference.familiar() + " not found: " + text};
  }
  if (error.code == "NAME_UNKNOWN") {
    return {Errc::not_found, "repository " + reference.familiar_name() + " not found: " + text};
  }
  if (error.code == "UNAUTHORIZED") return {Errc::unauthenticated, text};
  return {Errc::fault, text};
}

}  // namespace skein::images
