// Writing Docker's JSON: objects in the order of Go's structs, `omitempty` spelled out, labels and times.
//
// Pure; any thread. Text that is not UTF-8 comes out with replacement characters, never as an exception.
#pragma once
#include <google/protobuf/repeated_field.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "events/proto/types.pb.h"
#include "runtime/http/message.h"

namespace skein {

using Json = nlohmann::ordered_json;
using Labels = google::protobuf::RepeatedPtrField<Label>;
using Texts = google::protobuf::RepeatedPtrField<std::string>;

std::string dump(const Json& value);
Response json_response(const Json& value, int status = 200);  // with Go's newline at the end

Json labels_json(const Labels& labels);  // {} when there are none
Json texts_json(const Texts& texts);     // [] when there are none
Json time_json(std::int64_t at_ns);      // RFC 3339; 0 is Go's zero time
std::string base64(std::string_view bytes);

// `omitempty`: only what is not empty gets in.
inline void put(Json& into, const char* key, const std::string& text) {
  if (!text.empty()) into[key] = text;
}
inline void put(Json& into, const char* key, bool flag) {
  if (flag) into[key] = true;
}
inline void put(Json& into, const char* key, std::int64_t number) {
  if (number != 0) into[key] = number;
}
inline void put(Json& into, const char* key, std::uint64_t number) {
  if (number != 0) into[key] = number;
}
inline void put(Json& into, const char* key, const Labels& labels) {
  if (!labels.empty()) into[key] = labels_json(labels);
}
inline void put(Json& into, const char* key, const Texts& texts) {
  if (!texts.empty()) into[key] = texts_json(texts);
}

// {"Index":n}, CreatedAt, UpdatedAt: what every swarm object starts with.
template <class State>
Json object_head(const State& state) {
  return Json{{"ID", state.id()},
              {"Version", {{"Index", state.revision()}}},
              {"CreatedAt", time_json(state.created_at_ns())},
              {"UpdatedAt", time_json(state.updated_at_ns())}};
}

}  // namespace skein
