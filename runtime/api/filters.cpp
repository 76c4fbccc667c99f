#include "runtime/api/filters.h"

#include <algorithm>

#include "runtime/api/json_reader.h"

namespace skein {
namespace {

const Refusal kBadFilter{Errc::invalid, "invalid filter"};

Result<std::vector<std::string>> values_of(const nlohmann::json& element) {
  std::vector<std::string> values;
  if (element.is_object()) {
    for (const auto& [value, set] : element.items())
      if (!set.is_boolean() || set.get<bool>()) values.push_back(value);
  } else if (element.is_array()) {
    for (const auto& value : element) {
      if (!value.is_string()) return kBadFilter;
      values.push_back(value.get<std::string>());
    }
  } else {
    return kBadFilter;
  }
  std::sort(values.begin(), values.end());
  return values;
}

bool has_label(const Labels& labels, std::string_view wanted) {
  const std::size_t equals = wanted.find('=');
  return std::any_of(labels.begin(), labels.end(), [&](const Label& label) {
    return label.key() == wanted.substr(0, equals) &&
           (equals == std::string_view::npos || label.value() == wanted.substr(equals + 1));
  });
}

}  // namespace

Result<Filters> Filters::parse(const std::string& json, std::initializer_list<std::string_view> known) {
  Filters filters;
  if (json.empty()) return filters;
  if (too_deep(json)) return kBadFilter;
  const nlohmann::json document = nlohmann::json::parse(json, nullptr, false);
  if (!document.is_object()) return kBadFilter;
  for (const auto& [key, element] : document.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end())
      return Refusal{Errc::invalid, "invalid filter '" + key + "'"};
    auto values = values_of(element);
    if (!values) return values.refusal();
    filters.values_.emplace(key, std::move(*values));
  }
  return filters;
}

const std::vector<std::string>& Filters::values(std::string_view key) const {
  static const std::vector<std::string> kNone;
  const auto it = values_.find(key);
  return it == values_.end() ? kNone : it->second;
}

bool Filters::exact(std::string_view key, std::string_view text) const {
  const auto& wanted = values(key);
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), text) != wanted.end();
}

bool Filters::prefix(std::string_view key, std::string_view text) const {
  const auto& wanted = values(key);
  return wanted.empty() ||
         std::any_of(wanted.begin(), wanted.end(), [&](const std::string& start) { return text.starts_with(start); });
}

bool Filters::contains(std::string_view key, std::string_view text) const {
  const auto& wanted = values(key);
  return wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [&](const std::string& part) {
           return text.find(part) != std::string_view::npos;
         });
}

bool Filters::labels(std::string_view key, const Labels& labels) const {
  const auto& wanted = values(key);
  return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& each) { return has_label(labels, each); });
}

Result<bool> Filters::flag(std::string_view key, bool otherwise) const {
  const auto& wanted = values(key);
  if (wanted.empty()) return otherwise;
  const bool yes = wanted.size() == 1 && (wanted.front() == "true" || wanted.front() == "1");
  const bool no = wanted.size() == 1 && (wanted.front() == "false" || wanted.front() == "0");
  if (!yes && !no) return Refusal{Errc::invalid, "invalid filter '" + std::string{key} + "'"};
  return yes;
}

}  // namespace skein
