#include "runtime/api/json_reader.h"

#include <strings.h>

#include <algorithm>
#include <limits>

namespace skein {
namespace {

const nlohmann::json& empty_object() {
  static const nlohmann::json kEmpty = nlohmann::json::object();
  return kEmpty;
}

// Go's name for a JSON value in its complaints.
const char* go_name(const nlohmann::json& value) {
  if (value.is_string()) return "string";
  if (value.is_boolean()) return "bool";
  if (value.is_number()) return "number";
  return value.is_array() ? "array" : "object";
}

bool is_natural(const nlohmann::json& value) {
  return value.is_number_unsigned() || (value.is_number_integer() && value.get<std::int64_t>() >= 0);
}

bool fits_int64(const nlohmann::json& value) {
  return value.is_number_integer() &&
         (!value.is_number_unsigned() ||
          value.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
}

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

}  // namespace

Result<void> ReadFault::result() const {
  if (text.empty()) return {};
  return Refusal{Errc::invalid, text};
}

JsonReader::JsonReader(const nlohmann::json& value, std::string path, ReadFault& fault)
    : value_{&value}, path_{std::move(path)}, fault_{&fault} {
  if (value.is_object()) return;
  if (!value.is_null())
    fault.set(std::string{"json: cannot unmarshal "} + go_name(value) + " into Go struct field " + path_ +
              " of type object");
  value_ = &empty_object();
}

const nlohmann::json* JsonReader::find(const char* key) const {
  auto it = value_->find(key);
  if (it == value_->end()) {
    for (it = value_->begin(); it != value_->end(); ++it)
      if (strcasecmp(it.key().c_str(), key) == 0) break;
  }
  return it == value_->end() || it->is_null() ? nullptr : &*it;
}

void JsonReader::mismatch(const nlohmann::json& value, const std::string& key, const char* wanted) const {
  fault_->set(std::string{"invalid JSON: json: cannot unmarshal "} + go_name(value) + " into Go struct field " + path_ +
              "." + key + " of type " + wanted);
}

bool JsonReader::has(const char* key) const { return find(key) != nullptr; }

std::string JsonReader::text(const char* key) const {
  const nlohmann::json* value = find(key);
  if (!value) return {};
  if (value->is_string()) return value->get<std::string>();
  mismatch(*value, key, "string");
  return {};
}

bool JsonReader::flag(const char* key) const {
  const nlohmann::json* value = find(key);
  if (!value) return false;
  if (value->is_boolean()) return value->get<bool>();
  mismatch(*value, key, "bool");
  return false;
}

std::int64_t JsonReader::integer(const char* key) const {
  const nlohmann::json* value = find(key);
  if (!value) return 0;
  if (fits_int64(*value)) return value->get<std::int64_t>();
  mismatch(*value, key, "int64");
  return 0;
}

std::uint64_t JsonReader::natural(const char* key) const {
  const nlohmann::json* value = find(key);
  if (!value) return 0;
  if (is_natural(*value)) return value->get<std::uint64_t>();
  mismatch(*value, key, "uint64");
  return 0;
}

std::uint32_t JsonReader::natural32(const char* key) const {
  const nlohmann::json* value = find(key);
  if (!value) return 0;
  if (is_natural(*value) && value->get<std::uint64_t>() <= std::numeric_limits<std::uint32_t>::max())
    return value->get<std::uint32_t>();
  mismatch(*value, key, "uint32");
  return 0;
}

double JsonReader::real(const char* key) const {
  const nlohmann::json* value = find(key);
  if (!value) return 0;
  if (value->is_number()) return value->get<double>();
  mismatch(*value, key, "float32");
  return 0;
}

std::string JsonReader::bytes(const char* key) const {
  auto decoded = from_base64(text(key));
  if (!decoded) fault_->set("invalid JSON: illegal base64 data in " + path_ + "." + key);
  return decoded.value_or(std::string{});
}

std::vector<std::string> JsonReader::texts(const char* key) const {
  std::vector<std::string> out;
  const nlohmann::json* value = find(key);
  if (!value) return out;
  if (!value->is_array()) mismatch(*value, key, "[]string");
  for (const auto& element : value->is_array() ? *value : nlohmann::json::array()) {
    if (element.is_string())
      out.push_back(element.get<std::string>());
    else
      mismatch(element, key, "string");
  }
  return out;
}

void JsonReader::texts(const char* key, Texts* into) const {
  for (std::string& text : texts(key)) into->Add(std::move(text));
}

JsonReader JsonReader::object(const char* key) const {
  const nlohmann::json* value = find(key);
  return JsonReader{value ? *value : empty_object(), path_ + "." + key, *fault_};
}

std::vector<JsonReader> JsonReader::objects(const char* key) const {
  std::vector<JsonReader> out;
  const nlohmann::json* value = find(key);
  if (!value) return out;
  if (!value->is_array()) {
    mismatch(*value, key, "[]object");
    return out;
  }
  for (const auto& element : *value) out.emplace_back(element, path_ + "." + key, *fault_);
  return out;
}

void JsonReader::labels(const char* key, Labels* into) const {
  const nlohmann::json* value = find(key);
  if (!value) return;
  if (!value->is_object()) return mismatch(*value, key, "map[string]string");
  for (const auto& [name, element] : value->items()) {  // nlohmann::json keeps keys sorted
    if (!element.is_string() && !element.is_null()) mismatch(element, key, "string");
    Label* label = into->Add();
    label->set_key(name);
    if (element.is_string()) label->set_value(element.get<std::string>());
  }
}

std::string JsonReader::raw(const char* key) const {
  const nlohmann::json* value = find(key);
  return value ? value->dump() : std::string{};
}

bool too_deep(std::string_view json) {
  constexpr int kDepthMax = 100;
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (quoted && c == '\\')
      ++i;
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && (c == '{' || c == '[') && ++depth > kDepthMax)
      return true;
    else if (!quoted && (c == '}' || c == ']'))
      --depth;
  }
  return false;
}

Result<nlohmann::json> parse_json(const std::string& body) {
  if (body.find_first_not_of(" \t\r\n") == std::string::npos)
    return Refusal{Errc::invalid, "invalid JSON: got EOF while reading request body"};
  if (too_deep(body)) return Refusal{Errc::invalid, "invalid JSON: exceeded max depth"};
  try {
    nlohmann::json value = nlohmann::json::parse(body);
    if (!value.is_object()) return Refusal{Errc::invalid, "invalid JSON: the request body must be an object"};
    return value;
  } catch (const nlohmann::json::parse_error& error) {  // its text quotes the body, which may hold a secret
    return Refusal{Errc::invalid, "invalid JSON: syntax error at byte " + std::to_string(error.byte)};
  } catch (const nlohmann::json::exception&) {
    return Refusal{Errc::invalid, "invalid JSON: a number is out of range"};
  }
}

std::optional<std::string> from_base64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int digit = base64_digit(c);
    if (c == '\n' || c == '\r') continue;
    if (digit < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out.push_back(static_cast<char>(bits >> count & 0xff));
  }
  if (count >= 6) return std::nullopt;
  return out;
}

}  // namespace skein
