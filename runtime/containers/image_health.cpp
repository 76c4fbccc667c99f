#include "runtime/containers/image_health.h"

#include <nlohmann/json.hpp>

namespace skein {

HealthConfig parse_image_health(const std::string& json_text) {
  HealthConfig out;
  const auto parsed = nlohmann::json::parse(json_text, nullptr, false);
  if (!parsed.is_object()) return out;
  try {
    for (const auto& word : parsed.value("Test", std::vector<std::string>{})) out.add_test(word);
    out.set_interval_ns(parsed.value("Interval", std::int64_t{0}));
    out.set_timeout_ns(parsed.value("Timeout", std::int64_t{0}));
    out.set_retries(parsed.value("Retries", std::uint64_t{0}));
    out.set_start_period_ns(parsed.value("StartPeriod", std::int64_t{0}));
    out.set_start_interval_ns(parsed.value("StartInterval", std::int64_t{0}));
  } catch (const nlohmann::json::exception&) {
    out.Clear();
  }
  return out;
}

}  // namespace skein
