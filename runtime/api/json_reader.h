// JsonReader: reads one JSON object the way Go's encoding/json fills a struct.
//
// Keys match exactly, else without regard to case; absent keys and null give the zero value; unknown keys are ignored.
// A wrong type is remembered, once for a whole document, in Go's words and with the field's path:
//   json: cannot unmarshal string into Go struct field ServiceSpec.TaskTemplate.ForceUpdate of type uint64
// so that conversions are straight lines and ask `fault` at their end. Does not own the document: keep it alive.
// Threads: one.
#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/api/json_out.h"

namespace skein {

// The first complaint about a document; empty while there is none.
struct ReadFault {
  std::string text;
  void set(std::string complaint) {
    if (text.empty()) text = std::move(complaint);
  }
  Result<void> result() const;  // invalid
};

class JsonReader {
 public:
  JsonReader(const nlohmann::json& value, std::string path, ReadFault& fault);

  bool has(const char* key) const;  // there and not null
  std::string text(const char* key) const;
  bool flag(const char* key) const;
  std::int64_t integer(const char* key) const;
  std::uint64_t natural(const char* key) const;
  std::uint32_t natural32(const char* key) const;
  double real(const char* key) const;
  std::string bytes(const char* key) const;  // base64
  std::vector<std::string> texts(const char* key) const;
  JsonReader object(const char* key) const;
  std::vector<JsonReader> objects(const char* key) const;
  void labels(const char* key, Labels* into) const;  // sorted by key
  void texts(const char* key, Texts* into) const;
  std::string raw(const char* key) const;  // the value's own JSON; "" if absent
  void complain(std::string text) const { fault_->set(std::move(text)); }

 private:
  const nlohmann::json* find(const char* key) const;
  void mismatch(const nlohmann::json& value, const std::string& key, const char* wanted) const;
  const nlohmann::json* value_;
  std::string path_;
  ReadFault* fault_;
};

// Nested deeper than any request can mean; writing such a document again would overrun a connection's small stack.
bool too_deep(std::string_view json);
// Parses a request body that must hold one JSON object. Refused in Docker's words. Error texts never quote the body.
Result<nlohmann::json> parse_json(const std::string& body);
std::optional<std::string> from_base64(std::string_view text);  // standard alphabet, padding optional

}  // namespace skein
