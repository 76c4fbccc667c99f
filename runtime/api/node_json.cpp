#include "runtime/api/node_json.h"

#include "runtime/api/enum_names.h"
#include "runtime/api/service_spec_json.h"

namespace skein {
namespace {

Json spec_to_json(const NodeSpec& spec) {
  Json out = Json::object();
  put(out, "Name", spec.name());
  out["Labels"] = labels_json(spec.labels());
  out["Role"] = name_of(spec.role());
  out["Availability"] = name_of(spec.availability());
  return out;
}

Json engine_to_json(const NodeDescription& description) {
  Json out = Json::object();
  put(out, "EngineVersion", description.engine_version());
  put(out, "Labels", description.engine_labels());
  for (const Plugin& plugin : description.plugins())
    out["Plugins"].push_back(Json{{"Type", plugin.type()}, {"Name", plugin.name()}});
  return out;
}

Json description_to_json(const NodeDescription& description) {
  Json platform = Json::object();
  put(platform, "Architecture", description.platform().architecture());
  put(platform, "OS", description.platform().os());
  Json resources = Json::object();
  put(resources, "NanoCPUs", description.resources().nano_cpus());
  put(resources, "MemoryBytes", description.resources().memory_bytes());
  if (!description.resources().generic().empty())
    resources["GenericResources"] = generic_resources_to_json(description.resources().generic());
  Json out = Json::object();
  put(out, "Hostname", description.hostname());
  out["Platform"] = std::move(platform);
  out["Resources"] = std::move(resources);
  out["Engine"] = engine_to_json(description);
  out["TLSInfo"] = tls_to_json(description.tls());
  return out;
}

Json status_to_json(const NodeStatus& status) {
  Json out{{"State", name_of(status.state())}};
  put(out, "Message", status.message());
  put(out, "Addr", status.addr());
  return out;
}

}  // namespace

Json tls_to_json(const TlsInfo& tls) {
  Json out = Json::object();
  put(out, "TrustRoot", tls.trust_root());
  put(out, "CertIssuerSubject", base64(tls.cert_issuer_subject()));
  put(out, "CertIssuerPublicKey", base64(tls.cert_issuer_public_key()));
  return out;
}

Json node_to_json(const Node& node, const std::string& leader_id) {
  Json out = object_head(node);
  out["Spec"] = spec_to_json(node.spec());
  out["Description"] = description_to_json(node.description());
  out["Status"] = status_to_json(node.status());
  if (!node.has_manager()) return out;
  Json manager = Json::object();
  put(manager, "Leader", node.id() == leader_id);
  manager["Reachability"] = node.manager().reachable() ? "reachable" : "unreachable";
  put(manager, "Addr", node.manager().addr());
  out["ManagerStatus"] = std::move(manager);
  return out;
}

NodeSpec node_spec_from_json(const JsonReader& from) {
  NodeSpec spec;
  spec.set_name(from.text("Name"));
  from.labels("Labels", spec.mutable_labels());
  if (from.text("Role").empty()) from.complain("invalid Role: \"\"");  // else leaving it out would demote
  if (from.text("Availability").empty()) from.complain("invalid Availability: \"\"");
  spec.set_role(read_role(from, "Role"));
  spec.set_availability(read_availability(from, "Availability"));
  return spec;
}

}  // namespace skein
