#include "runtime/api/api_version.h"

#include <charconv>
#include <optional>

namespace skein {
namespace {

std::optional<ApiVersion> parse(std::string_view text) {
  ApiVersion version;
  const char* const end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.major);
  if (major.ec != std::errc{} || major.ptr == end || *major.ptr != '.') return std::nullopt;
  const auto minor = std::from_chars(major.ptr + 1, end, version.minor);
  if (minor.ec != std::errc{} || minor.ptr != end) return std::nullopt;
  return version;
}

void drop_from_container(ContainerSpec& container, ApiVersion version) {
  if (version < ApiVersion{1, 40}) container.clear_sysctls();
  if (version < ApiVersion{1, 41}) {
    container.clear_cap_add();
    container.clear_cap_drop();
    container.clear_ulimits();
  }
  if (version < ApiVersion{1, 44}) {
    container.mutable_healthcheck()->clear_start_interval_ns();
    if (container.has_privileges()) {
      container.mutable_privileges()->clear_seccomp_mode();
      container.mutable_privileges()->clear_seccomp_profile();
      container.mutable_privileges()->clear_apparmor_mode();
      container.mutable_privileges()->clear_no_new_privileges();
    }
  }
  if (version < ApiVersion{1, 46}) container.clear_oom_score_adj();
}

}  // namespace

ApiVersion version_of(const Request& request) { return parse(request.version).value_or(kApiVersion); }

Result<void> check_version(const Request& request) {
  if (request.version.empty()) return {};
  const auto version = parse(request.version);
  if (!version) return Refusal{Errc::invalid, "invalid API version: " + request.version};
  if (*version > kApiVersion)
    return Refusal{Errc::invalid, "client version " + request.version +
                                      " is too new. Maximum supported API version is " + std::string{kApiVersionText}};
  if (*version < kApiVersionMin)
    return Refusal{Errc::invalid,
                   "client version " + request.version + " is too old. Minimum supported API version is " +
                       std::string{kApiVersionMinText} + ", please upgrade your client to a newer version"};
  return {};
}

void drop_newer_fields(ServiceSpec& spec, ApiVersion version) {
  TaskSpec& task = *spec.mutable_task();
  if (task.has_container()) {
    const bool had_health = task.container().has_healthcheck();
    drop_from_container(*task.mutable_container(), version);
    if (!had_health) task.mutable_container()->clear_healthcheck();
  }
  if (version < ApiVersion{1, 40} && task.has_placement()) task.mutable_placement()->clear_max_replicas();
  if (version < ApiVersion{1, 41} && task.resources().has_limits())
    task.mutable_resources()->mutable_limits()->clear_pids();
}

}  // namespace skein
