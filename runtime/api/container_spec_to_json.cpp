#include "runtime/api/container_spec_json.h"

namespace skein {
namespace {

// JSON that was stored as text; null if there was none.
Json stored(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json::parse(text, nullptr, false);  // our own dump: always parses
}

Json privileges_to_json(const Privileges& privileges) {
  Json out{{"CredentialSpec", stored(privileges.credential_spec_json())},
           {"SELinuxContext", stored(privileges.selinux_json())}};
  if (!privileges.seccomp_mode().empty() || !privileges.seccomp_profile().empty()) {
    Json seccomp = Json::object();
    put(seccomp, "Mode", privileges.seccomp_mode());
    put(seccomp, "Profile", base64(privileges.seccomp_profile()));
    out["Seccomp"] = std::move(seccomp);
  }
  if (!privileges.apparmor_mode().empty()) out["AppArmor"] = Json{{"Mode", privileges.apparmor_mode()}};
  out["NoNewPrivileges"] = privileges.no_new_privileges();
  return out;
}

Json dns_to_json(const DnsConfig& dns) {
  Json out = Json::object();
  put(out, "Nameservers", dns.nameservers());
  put(out, "Search", dns.search());
  put(out, "Options", dns.options());
  return out;
}

Json file_target(const FileReference& file) {
  return Json{{"Name", file.file_name()}, {"UID", file.uid()}, {"GID", file.gid()}, {"Mode", file.mode()}};
}

Json file_to_json(const FileReference& file, const std::string& kind) {
  Json out = Json::object();
  if (file.runtime_target())
    out["Runtime"] = Json::object();
  else
    out["File"] = file_target(file);
  out[kind + "ID"] = file.id();
  out[kind + "Name"] = file.name();
  return out;
}

void put_process(Json& out, const ContainerSpec& spec) {
  put(out, "Image", spec.image());
  put(out, "Labels", spec.labels());
  put(out, "Command", spec.command());
  put(out, "Args", spec.args());
  put(out, "Hostname", spec.hostname());
  put(out, "Env", spec.env());
  put(out, "Dir", spec.dir());
  put(out, "User", spec.user());
  put(out, "Groups", spec.groups());
  if (spec.has_privileges()) out["Privileges"] = privileges_to_json(spec.privileges());
  if (spec.has_init()) out["Init"] = spec.init();
  put(out, "StopSignal", spec.stop_signal());
  put(out, "TTY", spec.tty());
  put(out, "OpenStdin", spec.open_stdin());
  put(out, "ReadOnly", spec.read_only());
}

void put_surroundings(Json& out, const ContainerSpec& spec) {
  for (const Mount& mount : spec.mounts()) out["Mounts"].push_back(mount_to_json(mount));
  if (spec.has_stop_grace_ns()) out["StopGracePeriod"] = spec.stop_grace_ns();
  if (spec.has_healthcheck()) out["Healthcheck"] = health_to_json(spec.healthcheck());
  put(out, "Hosts", spec.hosts());
  if (spec.has_dns()) out["DNSConfig"] = dns_to_json(spec.dns());
  for (const FileReference& file : spec.secrets()) out["Secrets"].push_back(file_to_json(file, "Secret"));
  for (const FileReference& file : spec.configs()) out["Configs"].push_back(file_to_json(file, "Config"));
}

void put_kernel(Json& out, const ContainerSpec& spec) {
  out["Isolation"] = spec.isolation().empty() ? "default" : spec.isolation();
  put(out, "Sysctls", spec.sysctls());
  put(out, "CapabilityAdd", spec.cap_add());
  put(out, "CapabilityDrop", spec.cap_drop());
  for (const Ulimit& ulimit : spec.ulimits())
    out["Ulimits"].push_back(Json{{"Name", ulimit.name()}, {"Hard", ulimit.hard()}, {"Soft", ulimit.soft()}});
  put(out, "OomScoreAdj", spec.oom_score_adj());
}

}  // namespace

Json health_to_json(const HealthConfig& health) {
  Json out = Json::object();
  put(out, "Test", health.test());
  put(out, "Interval", health.interval_ns());
  put(out, "Timeout", health.timeout_ns());
  put(out, "StartPeriod", health.start_period_ns());
  put(out, "StartInterval", health.start_interval_ns());
  put(out, "Retries", health.retries());
  return out;
}

Json container_spec_to_json(const ContainerSpec& spec) {
  Json out = Json::object();
  put_process(out, spec);
  put_surroundings(out, spec);
  put_kernel(out, spec);
  return out;
}

}  // namespace skein
