// Target: the request target taken apart: path segments and query, percent-decoded (RFC 3986, HTML form rules for
// the query: '+' is a space). Pure; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/base/result.h"

namespace skein {

// The query's pairs in the order they came. A key without '=' has an empty value.
class Query {
 public:
  void add(std::string key, std::string value) { pairs_.emplace_back(std::move(key), std::move(value)); }
  bool has(std::string_view key) const { return find(key) != nullptr; }
  std::string get(std::string_view key) const;               // the first; "" if absent
  std::vector<std::string> all(std::string_view key) const;  // every one, in order
  // Docker's BoolValue: absent, "", "0", "no", "false", "none" are false, anything else is true.
  bool flag(std::string_view key) const;
  // A whole number. Refused (invalid) if it is there and is none.
  Result<std::optional<std::uint64_t>> natural(std::string_view key) const;

 private:
  const std::string* find(std::string_view key) const;
  std::vector<std::pair<std::string, std::string>> pairs_;
};

struct Target {
  std::vector<std::string> segments;  // of the path; empty segments are dropped
  Query query;
};

// Refused: no leading '/', a bad percent escape, or a NUL byte.
Result<Target> parse_target(std::string_view text);

}  // namespace skein
