#include "runtime/images/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace skein::images {
namespace {

constexpr std::uint64_t kStepMin = std::uint64_t{512} << 10;

std::string bar(std::uint64_t current, std::uint64_t total) {
  if (total == 0 || current > total) return fmt::format("{:>8}", human_size(current));
  const std::size_t done = static_cast<std::size_t>(current * 50 / total);
  const std::string box = "[" + std::string(done, '=') + ">" + std::string(50 - done, ' ') + "] ";
  return box + fmt::format("{:>8}/{}", human_size(current), human_size(total));
}

}  // namespace

std::string human_size(std::uint64_t bytes) {
  static constexpr std::array kUnits{"B", "kB", "MB", "GB", "TB", "PB"};
  double size = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (size >= 1000.0 && unit + 1 < kUnits.size()) {
    size /= 1000.0;
    ++unit;
  }
  return fmt::format("{:.4g}{}", size, kUnits.at(unit));
}

void tell_status(const Progress& progress, const std::string& status, const std::string& id) {
  if (!progress) return;
  nlohmann::json line{{"status", status}};
  if (!id.empty()) line["id"] = id;
  progress(line);
}

void tell_stream(const Progress& progress, const std::string& text) {
  if (progress) progress(nlohmann::json{{"stream", text}});
}

void tell_bytes(const Progress& progress, const std::string& status, const std::string& id, std::uint64_t current,
                std::uint64_t total) {
  if (!progress) return;
  nlohmann::json detail{{"current", current}};
  if (total > 0) detail["total"] = total;
  progress(nlohmann::json{
      {"status", status}, {"progressDetail", std::move(detail)}, {"progress", bar(current, total)}, {"id", id}});
}

Meter::Meter(const Progress& progress, std::string status, std::string id, std::uint64_t total)
    : progress_{progress},
      status_{std::move(status)},
      id_{std::move(id)},
      total_{total},
      step_{std::max(kStepMin, total / 100)} {}

void Meter::at(std::uint64_t current) {
  const bool ended = total_ > 0 && current >= total_;
  if (current <= told_ || (!ended && current - told_ < step_)) return;
  told_ = current;
  tell_bytes(progress_, status_, id_, current, total_);
}

ByteSource metered(ByteSource source, Meter& meter) {
  return [source = std::move(source), &meter, sum = std::uint64_t{0}](
             char* into, std::size_t size_max) mutable -> Result<std::size_t> {
    auto n = source(into, size_max);
    if (n) meter.at(sum += *n);
    return n;
  };
}

}  // namespace skein::images
