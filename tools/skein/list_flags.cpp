// The flags of services that may be given several times.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "tools/skein/flag_values.h"
#include "tools/skein/labels.h"
#include "tools/skein/spec_flags.h"
#include "tools/skein/words.h"

namespace skein::cli {
namespace {

using Spec = ServiceSpec;
using Text = std::string;
using Set = Result<void>;
using Texts = google::protobuf::RepeatedPtrField<std::string>;

ContainerSpec& container(Spec& spec) { return *spec.mutable_task()->mutable_container(); }

template <class List, class Match>
void erase_where(List& list, const Match& match) {
  list.erase(std::remove_if(list.begin(), list.end(), match), list.end());
}

Set append(Texts& into, const Text& text) {
  if (std::find(into.begin(), into.end(), text) == into.end()) *into.Add() = text;
  return {};
}
Set drop(Texts& from, const Text& text) {
  erase_where(from, [&](const std::string& each) { return each == text; });
  return {};
}

Text key_of(const Text& text) { return text.substr(0, text.find('=')); }

// One value a variable; a new one takes the old one's place.
Set put_env(Spec& spec, const Text& text) {
  if (text.empty() || text.front() == '=') return Refusal{Errc::invalid, "invalid environment variable: " + text};
  for (std::string& each : *container(spec).mutable_env())
    if (key_of(each) == key_of(text)) return each = text, Set{};
  container(spec).add_env(text);
  return {};
}
Set drop_env(Spec& spec, const Text& text) {
  erase_where(*container(spec).mutable_env(), [&](const std::string& each) { return key_of(each) == text; });
  return {};
}

Set put_publish(Spec& spec, const Text& text) {
  const auto ports = parse_ports(text);
  if (!ports) return ports.refusal();
  for (const PortConfig& port : *ports) *spec.mutable_endpoint()->add_ports() = port;
  return {};
}
// By target port, as docker.
Set drop_publish(Spec& spec, const Text& text) {
  const auto ports = parse_ports(text);
  if (!ports) return ports.refusal();
  for (const PortConfig& port : *ports)
    erase_where(*spec.mutable_endpoint()->mutable_ports(), [&](const PortConfig& each) {
      return each.target_port() == port.target_port() && each.protocol() == port.protocol();
    });
  return {};
}

Set put_mount(Spec& spec, const Text& text) {
  auto mount = parse_mount(text);
  if (!mount) {
    // Docker leaves the type to the daemon, which refuses it.
    const bool by_daemon = mount.refusal().text.starts_with("invalid MountType");
    return Refusal{by_daemon ? Errc::failed_precondition : Errc::invalid, mount.refusal().text};
  }
  *container(spec).add_mounts() = std::move(*mount);
  return {};
}
Set drop_mount(Spec& spec, const Text& text) {
  erase_where(*container(spec).mutable_mounts(), [&](const Mount& each) { return each.target() == text; });
  return {};
}

Set put_spread(Spec& spec, const Text& text) {
  constexpr std::string_view kSpread = "spread=";
  if (!text.starts_with(kSpread))
    return Refusal{Errc::invalid, "placement preference must be of the format \"<strategy>=<arg>\""};
  spec.mutable_task()->mutable_placement()->add_spread(text.substr(kSpread.size()));
  return {};
}

Set put_network(Spec& spec, const Text& text) {
  NetworkAttachmentConfig& network = *spec.mutable_task()->add_networks();
  if (text.find('=') == std::string::npos) return network.set_target(text), Set{};
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string field = text.substr(at, end - at);
    const std::string value = field.substr(std::min(field.find('=') + 1, field.size()));
    if (key_of(field) == "name")
      network.set_target(value);
    else if (key_of(field) == "alias")
      network.add_aliases(value);
    else
      return Refusal{Errc::invalid, "invalid field key " + key_of(field)};
    at = end + 1;
  }
  return {};
}
Set drop_network(Spec& spec, const Text& text) {
  erase_where(*spec.mutable_task()->mutable_networks(), [&](const auto& each) { return each.target() == text; });
  return {};
}

Set put_file(google::protobuf::RepeatedPtrField<FileReference>& into, const Text& text, bool secret) {
  auto file = parse_file_reference(text, secret);
  if (!file) return file.refusal();
  *into.Add() = std::move(*file);
  return {};
}
Set drop_file(google::protobuf::RepeatedPtrField<FileReference>& from, const Text& text) {
  erase_where(from, [&](const FileReference& each) { return each.name() == text; });
  return {};
}

// Docker writes "name:ip", a spec holds "ip name".
Set put_host(Spec& spec, const Text& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size())
    return Refusal{Errc::invalid, "bad format for add-host: " + in_quotes(text)};
  container(spec).add_hosts(text.substr(colon + 1) + " " + text.substr(0, colon));
  return {};
}

Set put_ulimit(Spec& spec, const Text& text) {
  auto ulimit = parse_ulimit(text);
  if (!ulimit) return ulimit.refusal();
  *container(spec).add_ulimits() = std::move(*ulimit);
  return {};
}

Set put_label(LabelList& labels, const Text& text) { return change_labels({text}, {}, labels), Set{}; }
Set drop_label(LabelList& labels, const Text& key) { return change_labels({}, {key}, labels), Set{}; }

Set add_constraint(Spec& s, const Text& t) {
  return append(*s.mutable_task()->mutable_placement()->mutable_constraints(), t);
}
Set drop_constraint(Spec& s, const Text& t) {
  return drop(*s.mutable_task()->mutable_placement()->mutable_constraints(), t);
}
Set add_label(Spec& s, const Text& t) { return put_label(*s.mutable_labels(), t); }
Set add_container_label(Spec& s, const Text& t) { return put_label(*container(s).mutable_labels(), t); }
Set add_secret(Spec& s, const Text& t) { return put_file(*container(s).mutable_secrets(), t, true); }
Set add_config(Spec& s, const Text& t) { return put_file(*container(s).mutable_configs(), t, false); }
Set add_cap(Spec& s, const Text& t) { return append(*container(s).mutable_cap_add(), t); }
Set drop_cap(Spec& s, const Text& t) { return append(*container(s).mutable_cap_drop(), t); }
Set add_group(Spec& s, const Text& t) { return append(*container(s).mutable_groups(), t); }
Set add_sysctl(Spec& s, const Text& t) { return put_label(*container(s).mutable_sysctls(), t); }
Set add_log_opt(Spec& s, const Text& t) {
  return put_label(*s.mutable_task()->mutable_log_driver()->mutable_options(), t);
}
Set add_dns(Spec& s, const Text& t) { return append(*container(s).mutable_dns()->mutable_nameservers(), t); }
Set add_dns_search(Spec& s, const Text& t) { return append(*container(s).mutable_dns()->mutable_search(), t); }

constexpr std::array kCreate{
    SpecFlag{"-e,--env", "Set environment variables", put_env},
    SpecFlag{"-l,--label", "Service labels", add_label},
    SpecFlag{"--container-label", "Container labels", add_container_label},
    SpecFlag{"--constraint", "Placement constraints", add_constraint},
    SpecFlag{"--placement-pref", "Add a placement preference", put_spread},
    SpecFlag{"-p,--publish", "Publish a port as a node port", put_publish},
    SpecFlag{"--mount", "Attach a filesystem mount to the service", put_mount},
    SpecFlag{"--network", "Network attachments", put_network},
    SpecFlag{"--secret", "Specify secrets to expose to the service", add_secret},
    SpecFlag{"--config", "Specify configurations to expose to the service", add_config},
    SpecFlag{"--host", "Set one or more custom host-to-IP mappings (host:ip)", put_host},
    SpecFlag{"--cap-add", "Add Linux capabilities", add_cap},
    SpecFlag{"--cap-drop", "Drop Linux capabilities", drop_cap},
    SpecFlag{"--group", "Set one or more supplementary user groups for the container", add_group},
    SpecFlag{"--sysctl", "Sysctl options", add_sysctl},
    SpecFlag{"--ulimit", "Ulimit options", put_ulimit},
    SpecFlag{"--log-opt", "Logging driver options", add_log_opt},
    SpecFlag{"--dns", "Set custom DNS servers", add_dns},
    SpecFlag{"--dns-search", "Set custom DNS search domains", add_dns_search},
};

// What goes, goes before anything comes, so that one call can replace.
constexpr std::array kUpdate{
    SpecFlag{"--env-rm", "Remove an environment variable", drop_env},
    SpecFlag{"--env-add", "Add or update an environment variable", put_env},
    SpecFlag{"--label-rm", "Remove a label by its key",
             [](Spec& s, const Text& t) { return drop_label(*s.mutable_labels(), t); }},
    SpecFlag{"--label-add", "Add or update a service label", add_label},
    SpecFlag{"--container-label-rm", "Remove a container label by its key",
             [](Spec& s, const Text& t) { return drop_label(*container(s).mutable_labels(), t); }},
    SpecFlag{"--container-label-add", "Add or update a container label", add_container_label},
    SpecFlag{"--constraint-rm", "Remove a constraint", drop_constraint},
    SpecFlag{"--constraint-add", "Add or update a placement constraint", add_constraint},
    SpecFlag{"--placement-pref-rm", "Remove a placement preference",
             [](Spec& s, const Text& t) {
               return drop(*s.mutable_task()->mutable_placement()->mutable_spread(), t.substr(t.find('=') + 1));
             }},
    SpecFlag{"--placement-pref-add", "Add a placement preference", put_spread},
    SpecFlag{"--publish-rm", "Remove a published port by its target port", drop_publish},
    SpecFlag{"--publish-add", "Add or update a published port", put_publish},
    SpecFlag{"--mount-rm", "Remove a mount by its target path", drop_mount},
    SpecFlag{"--mount-add", "Add or update a mount on a service", put_mount},
    SpecFlag{"--network-rm", "Remove a network", drop_network},
    SpecFlag{"--network-add", "Add a network", put_network},
    SpecFlag{"--secret-rm", "Remove a secret",
             [](Spec& s, const Text& t) { return drop_file(*container(s).mutable_secrets(), t); }},
    SpecFlag{"--secret-add", "Add or update a secret on a service", add_secret},
    SpecFlag{"--config-rm", "Remove a configuration file",
             [](Spec& s, const Text& t) { return drop_file(*container(s).mutable_configs(), t); }},
    SpecFlag{"--config-add", "Add or update a config file on a service", add_config},
    SpecFlag{"--host-add", "Add a custom host-to-IP mapping (host:ip)", put_host},
    SpecFlag{"--cap-add", "Add Linux capabilities", add_cap},
    SpecFlag{"--cap-drop", "Drop Linux capabilities", drop_cap},
    SpecFlag{"--log-opt", "Logging driver options", add_log_opt},
};

}  // namespace

std::span<const SpecFlag> create_list_flags() { return kCreate; }
std::span<const SpecFlag> update_list_flags() { return kUpdate; }

}  // namespace skein::cli
