#include "runtime/api/container_spec_json.h"

namespace skein {
namespace {

void read_files(const JsonReader& from, const char* key, const std::string& kind,
                google::protobuf::RepeatedPtrField<FileReference>* into) {
  for (const JsonReader& each : from.objects(key)) {
    FileReference& reference = *into->Add();
    reference.set_id(each.text((kind + "ID").c_str()));
    reference.set_name(each.text((kind + "Name").c_str()));
    reference.set_runtime_target(each.has("Runtime"));
    const JsonReader file = each.object("File");
    reference.set_file_name(file.text("Name"));
    reference.set_uid(file.text("UID"));
    reference.set_gid(file.text("GID"));
    reference.set_mode(file.natural32("Mode"));
  }
}

void read_privileges(const JsonReader& from, ContainerSpec& spec) {
  if (!from.has("Privileges")) return;
  const JsonReader privileges = from.object("Privileges");
  Privileges& into = *spec.mutable_privileges();
  into.set_no_new_privileges(privileges.flag("NoNewPrivileges"));
  into.set_credential_spec_json(privileges.raw("CredentialSpec"));
  into.set_selinux_json(privileges.raw("SELinuxContext"));
  const JsonReader seccomp = privileges.object("Seccomp");
  into.set_seccomp_mode(seccomp.text("Mode"));
  into.set_seccomp_profile(seccomp.bytes("Profile"));
  into.set_apparmor_mode(privileges.object("AppArmor").text("Mode"));
}

void read_dns(const JsonReader& from, ContainerSpec& spec) {
  if (!from.has("DNSConfig")) return;
  const JsonReader dns = from.object("DNSConfig");
  dns.texts("Nameservers", spec.mutable_dns()->mutable_nameservers());
  dns.texts("Search", spec.mutable_dns()->mutable_search());
  dns.texts("Options", spec.mutable_dns()->mutable_options());
}

void read_ulimits(const JsonReader& from, ContainerSpec& spec) {
  for (const JsonReader& each : from.objects("Ulimits")) {
    Ulimit& ulimit = *spec.add_ulimits();
    ulimit.set_name(each.text("Name"));
    ulimit.set_soft(each.integer("Soft"));
    ulimit.set_hard(each.integer("Hard"));
  }
}

void read_process(const JsonReader& from, ContainerSpec& spec) {
  spec.set_image(from.text("Image"));
  from.labels("Labels", spec.mutable_labels());
  from.texts("Command", spec.mutable_command());
  from.texts("Args", spec.mutable_args());
  spec.set_hostname(from.text("Hostname"));
  from.texts("Env", spec.mutable_env());
  spec.set_dir(from.text("Dir"));
  spec.set_user(from.text("User"));
  from.texts("Groups", spec.mutable_groups());
  spec.set_tty(from.flag("TTY"));
  spec.set_open_stdin(from.flag("OpenStdin"));
  spec.set_read_only(from.flag("ReadOnly"));
  spec.set_stop_signal(from.text("StopSignal"));
  if (from.has("StopGracePeriod")) spec.set_stop_grace_ns(from.integer("StopGracePeriod"));
  if (from.has("Init")) spec.set_init(from.flag("Init"));
}

}  // namespace

HealthConfig health_from_json(const JsonReader& from) {
  HealthConfig health;
  from.texts("Test", health.mutable_test());
  health.set_interval_ns(from.integer("Interval"));
  health.set_timeout_ns(from.integer("Timeout"));
  health.set_retries(from.natural("Retries"));
  health.set_start_period_ns(from.integer("StartPeriod"));
  health.set_start_interval_ns(from.integer("StartInterval"));
  return health;
}

ContainerSpec container_spec_from_json(const JsonReader& from) {
  ContainerSpec spec;
  read_process(from, spec);
  read_privileges(from, spec);
  for (const JsonReader& each : from.objects("Mounts")) *spec.add_mounts() = mount_from_json(each);
  if (from.has("Healthcheck")) *spec.mutable_healthcheck() = health_from_json(from.object("Healthcheck"));
  from.texts("Hosts", spec.mutable_hosts());
  read_dns(from, spec);
  read_files(from, "Secrets", "Secret", spec.mutable_secrets());
  read_files(from, "Configs", "Config", spec.mutable_configs());
  spec.set_isolation(from.text("Isolation") == "default" ? "" : from.text("Isolation"));
  from.labels("Sysctls", spec.mutable_sysctls());
  from.texts("CapabilityAdd", spec.mutable_cap_add());
  from.texts("CapabilityDrop", spec.mutable_cap_drop());
  read_ulimits(from, spec);
  spec.set_oom_score_adj(from.integer("OomScoreAdj"));
  return spec;
}

}  // namespace skein
