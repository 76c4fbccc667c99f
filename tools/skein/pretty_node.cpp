#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "runtime/api/enum_names.h"
#include "runtime/api/json_out.h"
#include "tools/skein/pretty.h"
#include "tools/skein/words.h"

namespace skein::cli {
namespace {

std::string labels_text(const google::protobuf::RepeatedPtrField<Label>& labels) {
  std::string out = "Labels:\n";
  for (const Label& label : labels) out += fmt::format(" - {}={}\n", label.key(), label.value());
  return labels.empty() ? std::string{} : out;
}

std::string manager_text(const Node& node, const std::string& leader_id) {
  if (!node.has_manager()) return "";
  return fmt::format("Manager Status:\n Address:\t\t{}\n Raft Status:\t\t{}\n Leader:\t\t{}\n", node.manager().addr(),
                     node.manager().reachable() ? "Reachable" : "Unreachable", node.id() == leader_id ? "Yes" : "No");
}

std::string resources_text(const Resources& resources) {
  std::string out = fmt::format("Resources:\n CPUs:\t\t\t{}\n Memory:\t\t{}\n", resources.nano_cpus() / 1'000'000'000,
                                binary_size(resources.memory_bytes()));
  return out;
}

// "Plugins:" by type, in docker's order: those that are there, sorted within.
std::string plugins_text(const NodeDescription& description) {
  std::map<std::string, std::set<std::string>> by_type;
  for (const Plugin& plugin : description.plugins()) by_type[plugin.type()].insert(plugin.name());
  std::string out;
  for (const auto& [type, names] : by_type) {
    std::string line;
    for (const std::string& name : names) line += (line.empty() ? "" : ", ") + name;
    out += fmt::format(" {}:\t\t{}\n", type, line);
  }
  return out.empty() ? out : "Plugins:\n" + out;
}

std::string tls_text(const TlsInfo& tls) {
  return fmt::format("TLS Info:\n TrustRoot:\n{}\n Issuer Subject:\t{}\n Issuer Public Key:\t{}\n", tls.trust_root(),
                     base64(tls.cert_issuer_subject()), base64(tls.cert_issuer_public_key()));
}

std::string status_text(const Node& node) {
  std::string out = fmt::format("Status:\n State:\t\t\t{}\n", capitalised(name_of(node.status().state())));
  if (!node.status().message().empty()) out += fmt::format(" Message:\t\t{}\n", node.status().message());
  return out + fmt::format(" Availability:         \t{}\n Address:\t\t{}\n",
                           capitalised(name_of(node.spec().availability())), node.status().addr());
}

std::string pretty_node(const Node& node, const std::string& leader_id) {
  const NodeDescription& description = node.description();
  std::string out = fmt::format("ID:\t\t\t{}\n", node.id());
  if (!node.spec().name().empty()) out += fmt::format("Name:\t\t\t{}\n", node.spec().name());
  out += labels_text(node.spec().labels());
  out += fmt::format("Hostname:              \t{}\nJoined at:             \t{}\n", description.hostname(),
                     go_time(node.created_at_ns()));
  out += status_text(node) + manager_text(node, leader_id);
  out += fmt::format("Platform:\n Operating System:\t{}\n Architecture:\t\t{}\n", description.platform().os(),
                     description.platform().architecture());
  out += resources_text(description.resources()) + plugins_text(description);
  out += fmt::format("Engine Version:\t\t{}\n", description.engine_version());
  if (!description.engine_labels().empty()) {
    out += "Engine Labels:\n";
    for (const Label& label : description.engine_labels()) out += fmt::format(" - {}={}\n", label.key(), label.value());
  }
  return description.has_tls() ? out + tls_text(description.tls()) : out;
}

}  // namespace

std::string pretty_nodes(const control::Answer& answer) {
  std::string out;
  for (const Node& node : answer.nodes()) out += (out.empty() ? "" : "\n") + pretty_node(node, answer.leader_id());
  return out;
}

std::string pretty_configs(const control::Answer& answer) {
  std::string out;
  for (const File& config : answer.files()) {
    out += fmt::format("ID:\t\t\t{}\nName:\t\t\t{}\n", config.id(), config.spec().name());
    out += labels_text(config.spec().labels());
    out += fmt::format("Created at:            \t{}\nUpdated at:            \t{}\n", go_time(config.created_at_ns()),
                       go_time(config.updated_at_ns()));
    for (const control::ConfigData& data : answer.data())
      if (data.config_id() == config.id()) out += "Data:\n" + data.data() + "\n";
  }
  return out;
}

std::string pretty_secrets(const control::Answer& answer) {
  std::string out;
  for (const File& secret : answer.files()) {
    out += fmt::format("ID:              {}\nName:              {}\n", secret.id(), secret.spec().name());
    out += labels_text(secret.spec().labels());
    if (!secret.spec().driver().empty()) out += fmt::format("Driver:            {}\n", secret.spec().driver());
    out += fmt::format("Created at:        {}\nUpdated at:        {}\n", go_time(secret.created_at_ns()),
                       go_time(secret.updated_at_ns()));
  }
  return out;
}

}  // namespace skein::cli
