#include "runtime/api/json_out.h"

#include "events/base/clock.h"

namespace skein {

std::string dump(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

Response json_response(const Json& value, int status) { return plain_response(status, dump(value) + "\n"); }

Json labels_json(const Labels& labels) {
  Json out = Json::object();
  for (const Label& label : labels) out[label.key()] = label.value();
  return out;
}

Json texts_json(const Texts& texts) {
  Json out = Json::array();
  for (const std::string& text : texts) out.push_back(text);
  return out;
}

Json time_json(std::int64_t at_ns) { return at_ns == 0 ? "0001-01-01T00:00:00Z" : rfc3339(WallTime{at_ns}); }

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) out.push_back(k <= count ? kDigits[group >> (18 - 6 * k) & 63] : '=');
  }
  return out;
}

}  // namespace skein
