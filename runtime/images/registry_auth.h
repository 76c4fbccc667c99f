// Registry authorization: reading challenges and credentials, writing Authorization headers. No network here.
//
// Source: RFC 7235 (challenges), RFC 7617 (Basic), distribution-spec "token authentication".
// Nothing here puts a credential into an error text.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/result.h"
#include "runtime/images/image_store.h"

namespace skein::images {

struct Challenge {
  std::string scheme;                             // lower case: "basic", "bearer"
  std::map<std::string, std::string> parameters;  // keys in lower case
  std::string at(const std::string& key) const;   // empty: not said
};

// One WWW-Authenticate header with one challenge, as registries send it.
std::optional<Challenge> parse_challenge(std::string_view header);

std::string basic_authorization(const RegistryCredentials& credentials);  // "Basic ..."; empty without a user
std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);  // both alphabets, padded or not
std::string percent_encode(std::string_view text);

}  // namespace skein::images
