// Reading JSON that strangers wrote: a missing field or one of another type reads as empty, nothing throws.
#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace skein::images {

inline nlohmann::json parse_json(const std::string& text) { return nlohmann::json::parse(text, nullptr, false); }

inline const nlohmann::json& member(const nlohmann::json& object, const char* key) {
  static const nlohmann::json kNothing;
  if (!object.is_object()) return kNothing;
  const auto found = object.find(key);
  return found == object.end() ? kNothing : *found;
}

inline std::string text_of(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : std::string{};
}
inline std::string text_at(const nlohmann::json& object, const char* key) { return text_of(member(object, key)); }

inline std::uint64_t number_at(const nlohmann::json& object, const char* key) {
  const auto& value = member(object, key);
  return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
}

inline std::vector<std::string> texts_at(const nlohmann::json& object, const char* key) {
  std::vector<std::string> texts;
  for (const auto& value : member(object, key)) {
    if (value.is_string()) texts.push_back(value.get<std::string>());
  }
  return texts;
}

}  // namespace skein::images
