#include "runtime/api/network_json.h"

#include <map>

#include "runtime/api/service_json.h"

namespace skein {
namespace {

constexpr const char* kVniOption = "com.docker.network.driver.overlay.vxlanid_list";

Json ipam_configs(const google::protobuf::RepeatedPtrField<IpamConfig>& configs) {
  Json out = Json::array();
  for (const IpamConfig& config : configs) {
    Json each = Json::object();
    put(each, "Subnet", config.subnet());
    put(each, "IPRange", config.ip_range());
    put(each, "Gateway", config.gateway());
    put(each, "AuxiliaryAddresses", config.aux_addresses());
    out.push_back(std::move(each));
  }
  return out;
}

Json labels_or_null(const Labels& labels) { return labels.empty() ? Json(nullptr) : labels_json(labels); }

Json options_of(const Network& network) {
  Json options = labels_json(network.spec().driver_options());
  if (network.vni() != 0) options[kVniOption] = std::to_string(network.vni());
  return options;
}

Json network_frame(const std::string& name, const std::string& id, std::int64_t created_at_ns) {
  return Json{{"Name", name}, {"Id", id}, {"Created", time_json(created_at_ns)}};
}

std::string driver_of(const Network& network) {
  return network.spec().driver().empty() ? "overlay" : network.spec().driver();
}

IpamConfig ipam_from_json(const JsonReader& from) {
  IpamConfig config;
  config.set_subnet(from.text("Subnet"));
  config.set_ip_range(from.text("IPRange"));
  config.set_gateway(from.text("Gateway"));
  from.labels(from.has("AuxiliaryAddresses") ? "AuxiliaryAddresses" : "AuxAddress", config.mutable_aux_addresses());
  return config;
}

}  // namespace

NetworkSpec network_spec_from_json(const JsonReader& from) {
  NetworkSpec spec;
  spec.set_name(from.text("Name"));
  from.labels("Labels", spec.mutable_labels());
  spec.set_driver(from.text("Driver"));
  from.labels("Options", spec.mutable_driver_options());
  spec.set_ipv6(from.flag("EnableIPv6"));
  spec.set_internal(from.flag("Internal"));
  spec.set_attachable(from.flag("Attachable"));
  spec.set_ingress(from.flag("Ingress"));
  const JsonReader ipam = from.object("IPAM");
  spec.set_ipam_driver(ipam.text("Driver"));
  ipam.labels("Options", spec.mutable_ipam_options());
  for (const JsonReader& each : ipam.objects("Config")) *spec.add_ipam() = ipam_from_json(each);
  spec.set_config_from(from.object("ConfigFrom").text("Network"));
  return spec;
}

Json network_to_json(const Network& network) {
  const NetworkSpec& spec = network.spec();
  Json out = network_frame(spec.name(), network.id(), network.created_at_ns());
  out["Scope"] = "swarm";
  out["Driver"] = driver_of(network);
  out["EnableIPv4"] = true;
  out["EnableIPv6"] = spec.ipv6();
  out["IPAM"] = Json{{"Driver", spec.ipam_driver().empty() ? "default" : spec.ipam_driver()},
                     {"Options", labels_or_null(spec.ipam_options())},
                     {"Config", ipam_configs(network.ipam())}};
  out["Internal"] = spec.internal();
  out["Attachable"] = spec.attachable();
  out["Ingress"] = spec.ingress();
  out["ConfigFrom"] = Json{{"Network", spec.config_from()}};
  out["ConfigOnly"] = false;
  out["Containers"] = nullptr;
  out["Options"] = options_of(network);
  out["Labels"] = labels_json(spec.labels());
  return out;
}

Json local_network_to_json(const LocalNetwork& network) {
  Json out = network_frame(network.name, network.id, network.created_at_ns);
  Json config = Json::array();
  if (!network.subnet.empty()) config.push_back(Json{{"Subnet", network.subnet}, {"Gateway", network.gateway}});
  out["Scope"] = "local";
  out["Driver"] = network.driver;
  out["EnableIPv4"] = true;
  out["EnableIPv6"] = false;
  out["IPAM"] = Json{{"Driver", "default"}, {"Options", nullptr}, {"Config", std::move(config)}};
  out["Internal"] = false;
  out["Attachable"] = false;
  out["Ingress"] = false;
  out["ConfigFrom"] = Json{{"Network", ""}};
  out["ConfigOnly"] = false;
  out["Containers"] = Json::object();
  out["Options"] = Json::object();
  out["Labels"] = Json::object();
  return out;
}

Json swarm_network_to_json(const Network& network) {
  const NetworkSpec& spec = network.spec();
  Json out = object_head(network);
  Json shown{{"Name", spec.name()}, {"Labels", labels_json(spec.labels())}};
  shown["DriverConfiguration"] = Json{{"Name", driver_of(network)}};
  put(shown, "IPv6Enabled", spec.ipv6());
  put(shown, "Internal", spec.internal());
  put(shown, "Attachable", spec.attachable());
  put(shown, "Ingress", spec.ingress());
  shown["IPAMOptions"] = Json{{"Driver", {{"Name", spec.ipam_driver().empty() ? "default" : spec.ipam_driver()}}}};
  shown["Scope"] = "swarm";
  out["Spec"] = std::move(shown);
  out["DriverState"] = Json{{"Name", driver_of(network)}, {"Options", options_of(network)}};
  out["IPAMOptions"] = Json{{"Driver", {{"Name", "default"}}}, {"Configs", ipam_configs(network.ipam())}};
  return out;
}

}  // namespace skein
