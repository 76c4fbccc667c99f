#include "events/domain/container_spec.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "events/domain/image_reference.h"

namespace skein::service {
namespace {

constexpr std::int64_t kHealthDurationMinNs = 1'000'000;  // 1 ms
constexpr std::int64_t kOomScoreMax = 1000;

using FileReferences = google::protobuf::RepeatedPtrField<FileReference>;

Refusal invalid(std::string text) { return {Errc::invalid, "ContainerSpec: " + std::move(text)}; }

// As Go's %q prints what a user may have typed.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

Result<void> validate_image(const std::string& image) {
  if (image.empty()) return invalid("image reference must be provided");
  if (!is_image_reference(image)) return invalid(quoted(image) + " is not a valid repository/tag");
  return {};
}

bool is_template(std::string_view text) { return text.find("{{") != std::string_view::npos; }
bool is_absolute(std::string_view path) { return path.starts_with('/') || is_template(path); }

std::string_view type_name(const Mount& mount) {
  switch (mount.type()) {
    case Mount::BIND:
      return "bind";
    case Mount::VOLUME:
      return "volume";
    case Mount::TMPFS:
      return "tmpfs";
    case Mount::NPIPE:
      return "npipe";
    case Mount::CLUSTER:
      return "cluster";
    case Mount::IMAGE:
      return "image";
    default:
      return "";
  }
}

Refusal bad_mount(const Mount& mount, const std::string& why) {
  return {Errc::invalid, "invalid mount config for type \"" + std::string{type_name(mount)} + "\": " + why};
}

Result<void> validate_source(const Mount& mount) {
  if (mount.type() == Mount::TMPFS) {
    if (!mount.source().empty()) return bad_mount(mount, "field Source must not be specified");
    if (mount.tmpfs_size_bytes() < 0) return bad_mount(mount, "field SizeBytes must not be negative");
    return {};
  }
  if (mount.type() == Mount::VOLUME) return {};  // without a source: an anonymous one
  if (mount.source().empty()) return bad_mount(mount, "field Source must not be empty");
  if (mount.type() == Mount::BIND && !is_absolute(mount.source()))
    return bad_mount(mount, "invalid mount path: '" + mount.source() + "' mount path must be absolute");
  return {};
}

Result<void> validate_options(const Mount& mount) {
  if (mount.has_bind_options() && mount.type() != Mount::BIND)
    return bad_mount(mount, "field BindOptions must not be specified");
  if (mount.has_volume_options() && mount.type() != Mount::VOLUME)
    return bad_mount(mount, "field VolumeOptions must not be specified");
  if (mount.has_tmpfs_options() && mount.type() != Mount::TMPFS)
    return bad_mount(mount, "field TmpfsOptions must not be specified");
  static constexpr std::string_view kPropagations[] = {"",        "private", "rprivate", "shared",
                                                       "rshared", "slave",   "rslave"};
  for (const std::string_view known : kPropagations)
    if (mount.propagation() == known) return {};
  return bad_mount(mount, "invalid propagation mode: " + mount.propagation());
}

Result<void> validate_mount(const Mount& mount) {
  if (type_name(mount).empty()) return Refusal{Errc::invalid, "mount type unknown"};
  if (mount.type() == Mount::NPIPE || mount.type() == Mount::CLUSTER || mount.type() == Mount::IMAGE)
    return Refusal{Errc::unimplemented, "mounts of type " + std::string{type_name(mount)} + " are not supported"};
  if (mount.target().empty()) return bad_mount(mount, "field Target must not be empty");
  if (!is_absolute(mount.target()))
    return bad_mount(mount, "invalid mount path: '" + mount.target() + "' mount path must be absolute");
  if (auto valid = validate_source(mount); !valid) return valid;
  return validate_options(mount);
}

Result<void> validate_mounts(const ContainerSpec& container) {
  std::set<std::string_view> targets;
  for (const Mount& mount : container.mounts())
    if (!targets.insert(mount.target()).second) return invalid("duplicate mount point: " + mount.target());
  for (const Mount& mount : container.mounts())
    if (auto valid = validate_mount(mount); !valid) return valid;
  return {};
}

Result<void> validate_health(const HealthConfig& health) {
  const std::pair<std::string_view, std::int64_t> durations[] = {{"Interval", health.interval_ns()},
                                                                 {"Timeout", health.timeout_ns()},
                                                                 {"StartPeriod", health.start_period_ns()},
                                                                 {"StartInterval", health.start_interval_ns()}};
  for (const auto& [name, ns] : durations)
    if (ns != 0 && ns < kHealthDurationMinNs)
      return invalid(std::string{name} + " in HealthConfig cannot be less than 1ms");
  if (static_cast<std::int64_t>(health.retries()) < 0) return invalid("Retries in HealthConfig cannot be negative");
  return {};
}

Result<void> validate_files(const FileReferences& files, const std::string& word) {
  std::map<std::string_view, std::string_view> names_by_target;
  for (const FileReference& file : files) {
    if (file.id().empty() || file.name().empty()) return Refusal{Errc::invalid, "malformed " + word + " reference"};
    if (file.runtime_target()) continue;
    if (file.file_name().empty()) {
      return Refusal{Errc::invalid, "malformed file " + word + " reference, invalid target file name provided"};
    }
    const auto [other, added] = names_by_target.emplace(file.file_name(), file.name());
    if (!added) {
      return Refusal{Errc::invalid, word + " references '" + std::string{other->second} + "' and '" + file.name() +
                                        "' have a conflicting target: '" + file.file_name() + "'"};
    }
  }
  return {};
}

}  // namespace

Result<void> validate_container(const ContainerSpec& container) {
  if (auto valid = validate_image(container.image()); !valid) return valid;
  if (auto valid = validate_mounts(container); !valid) return valid;
  if (auto valid = validate_health(container.healthcheck()); !valid) return valid;
  if (container.stop_grace_ns() < 0) return invalid("stop-grace-period cannot be negative");
  if (container.oom_score_adj() < -kOomScoreMax || container.oom_score_adj() > kOomScoreMax)
    return invalid("OomScoreAdj must be between -1000 and 1000");
  return {};
}

Result<void> validate_references(const ContainerSpec& container) {
  if (auto valid = validate_files(container.secrets(), "secret"); !valid) return valid;
  return validate_files(container.configs(), "config");
}

}  // namespace skein::service
