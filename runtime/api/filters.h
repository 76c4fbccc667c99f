// Filters: the `filters` query of list calls. Values of one key are alternatives, keys must all hold, labels must all
// hold. Both encodings are read: {"key":{"value":true}} and the older {"key":["value"]}.
//
// Source: moby api/types/filters/parse.go. Pure; any thread.
#pragma once
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/api/json_out.h"

namespace skein {

class Filters {
 public:
  // Refused (invalid): not JSON of that form; "invalid filter 'x'" for a key not among `known`.
  static Result<Filters> parse(const std::string& json, std::initializer_list<std::string_view> known);

  bool has(std::string_view key) const { return !values(key).empty(); }
  const std::vector<std::string>& values(std::string_view key) const;  // sorted
  // Each holds too when the key is not asked for.
  bool exact(std::string_view key, std::string_view text) const;
  bool prefix(std::string_view key, std::string_view text) const;
  bool contains(std::string_view key, std::string_view text) const;
  bool labels(std::string_view key, const Labels& labels) const;  // "k" or "k=v"
  // true/1 or false/0. Refused: anything else, or both.
  Result<bool> flag(std::string_view key, bool otherwise) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

}  // namespace skein
