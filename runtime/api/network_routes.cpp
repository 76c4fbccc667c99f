#include <algorithm>
#include <optional>

#include "runtime/api/filters.h"
#include "runtime/api/network_json.h"
#include "runtime/api/routes.h"

namespace skein {
namespace {

// A swarm-wide or a local network, with what filters ask of it.
struct ShownNetwork {
  std::string id, name, driver, scope;
  Labels labels;
  bool builtin = false;
  NetworkPtr swarm;                   // nullptr: a local one
  std::optional<LocalNetwork> local;  // engaged: a local one
};

ShownNetwork shown(NetworkPtr network) {
  const NetworkSpec& spec = network->spec();
  return {network->id(), spec.name(),   spec.driver().empty() ? "overlay" : spec.driver(),
          "swarm",       spec.labels(), network->predefined(),
          network,       std::nullopt};
}

ShownNetwork shown(const LocalNetwork& network) {
  const bool builtin = network.name == "bridge" || network.name == "host" || network.name == "none";
  return {network.id, network.name, network.driver, "local", {}, builtin, nullptr, network};
}

std::vector<ShownNetwork> swarm_networks(Gateway* gateway) {
  std::vector<ShownNetwork> out;
  if (!gateway) return out;
  for (NetworkPtr& network : read(*gateway, [](const View& view) { return view.networks(); }))
    out.push_back(shown(std::move(network)));
  return out;
}

std::vector<ShownNetwork> all_networks(const ApiContext& context, Gateway* gateway) {
  std::vector<ShownNetwork> out = swarm_networks(gateway);
  for (const LocalNetwork& network : context.node.local_networks()) out.push_back(shown(network));
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return out;
}

bool wanted(const Filters& filters, const ShownNetwork& network) {
  return filters.exact("driver", network.driver) && filters.contains("id", network.id) &&
         filters.labels("label", network.labels) && filters.contains("name", network.name) &&
         filters.exact("scope", network.scope) && filters.exact("type", network.builtin ? "builtin" : "custom");
}

bool is_dangling(Gateway* gateway, const ShownNetwork& network) {
  if (!gateway || !network.swarm || network.builtin) return false;
  const NetworkUsers users = read(*gateway, [&](const View& view) { return users_of(view, *network.swarm); });
  return users.users.empty() && users.services.empty();
}

Json to_json(const ShownNetwork& network) {
  return network.swarm ? network_to_json(*network.swarm) : local_network_to_json(*network.local);
}

Result<Response> list(const ApiContext& context, const Request& request) {
  auto filters = Filters::parse(request.target.query.get("filters"),
                                {"driver", "id", "label", "name", "scope", "type", "dangling"});
  if (!filters) return filters.refusal();
  auto dangling = filters->flag("dangling", false);
  if (!dangling) return dangling.refusal();
  const auto gateway = context.gateway();
  Json out = Json::array();
  for (const ShownNetwork& network : all_networks(context, gateway.get())) {
    if (!wanted(*filters, network)) continue;
    if (filters->has("dangling") && is_dangling(gateway.get(), network) != *dangling) continue;
    out.push_back(to_json(network));
  }
  return json_response(out);
}

// Full id, else exact name, else unique id prefix, over local and swarm networks.
Result<ShownNetwork> find(const std::vector<ShownNetwork>& networks, const std::string& typed) {
  for (const ShownNetwork& each : networks)
    if (each.id == typed) return each;
  for (const ShownNetwork& each : networks)
    if (each.name == typed) return each;
  std::vector<const ShownNetwork*> matches;
  for (const ShownNetwork& each : networks)
    if (each.id.starts_with(typed)) matches.push_back(&each);
  if (matches.size() > 1)
    return Refusal{Errc::invalid, "network " + typed + " is ambiguous (" + std::to_string(matches.size()) +
                                      " matches found based on ID prefix)"};
  if (matches.empty()) return Refusal{Errc::not_found, "network " + typed + " not found"};
  return *matches.front();
}

// `--network host` asks with scope=swarm. Every node has these two of its own, so their id is their name everywhere.
std::vector<ShownNetwork> swarm_scope(const ApiContext& context, Gateway* gateway) {
  std::vector<ShownNetwork> out = swarm_networks(gateway);
  for (LocalNetwork network : context.node.local_networks()) {
    if (network.name != "host" && network.name != "bridge") continue;
    network.id = network.name;
    out.push_back(shown(network));
    out.back().scope = "swarm";
  }
  return out;
}

Result<Response> inspect(const ApiContext& context, const Request& request) {
  const Query& query = request.target.query;
  const auto gateway = context.gateway();
  const bool swarm_only = query.get("scope") == "swarm";
  auto network = find(swarm_only ? swarm_scope(context, gateway.get()) : all_networks(context, gateway.get()),
                      request.capture("id"));
  if (!network) return network.refusal();
  Json out = to_json(*network);
  out["Scope"] = network->scope;
  if (network->swarm) {
    const NetworkUsers users = read(*gateway, [&](const View& view) { return users_of(view, *network->swarm); });
    add_users(out, *network->swarm, users, gateway->node_id(), query.flag("verbose"));
  }
  return json_response(out);
}

Result<void> check_local(const NetworkSpec& spec) {
  if (spec.name() == "bridge" || spec.name() == "host" || spec.name() == "none")
    return Refusal{Errc::forbidden, "operation is not permitted on predefined " + spec.name() + " network"};
  if (spec.driver().empty() || spec.driver() == "bridge")
    return Refusal{Errc::unimplemented, "only swarm-scoped networks are supported: use the overlay driver"};
  return {};
}

Result<Response> create(const ApiContext& context, const Request& request) {
  auto body = body_json(request);
  if (!body) return body.refusal();
  ReadFault fault;
  const NetworkSpec spec = network_spec_from_json(JsonReader{*body, "NetworkCreateRequest", fault});
  if (auto fine = fault.result(); !fine) return fine.refusal();
  if (auto local = check_local(spec); !local) return local.refusal();
  auto gateway = manager_of(context);
  if (!gateway) return Refusal{Errc::forbidden, gateway.refusal().text};
  const bool taken = read(**gateway, [&](const View& view) { return view.network_named(spec.name()) != nullptr; });
  if (taken) return Refusal{Errc::already_exists, "network with name " + spec.name() + " already exists"};
  Command command;
  *command.mutable_create_network()->mutable_spec() = spec;
  auto outcome = submit(context, **gateway, std::move(command), request);
  if (!outcome) return outcome.refusal();
  return json_response(Json{{"Id", outcome->object_id()}, {"Warning", ""}}, 201);
}

Result<Response> remove(const ApiContext& context, const Request& request) {
  const auto gateway = context.gateway();
  auto network = find(all_networks(context, gateway.get()), request.capture("id"));
  if (!network) return network.refusal();
  if (!network->swarm)
    return Refusal{Errc::forbidden, network->name + " is a pre-defined network and cannot be removed"};
  Command command;
  command.mutable_remove_network()->set_network_id(network->id);
  if (auto outcome = submit(context, *gateway, std::move(command), request); !outcome) return outcome.refusal();
  return plain_response(204);
}

}  // namespace

void add_network_routes(Router& router, const ApiContext& c) {
  router.add("GET", "/networks", [&c](const Request& r) { return list(c, r); });
  router.add("POST", "/networks/create", [&c](const Request& r) { return create(c, r); });
  router.add("GET", "/networks/{id}", [&c](const Request& r) { return inspect(c, r); });
  router.add("DELETE", "/networks/{id}", [&c](const Request& r) { return remove(c, r); });
}

}  // namespace skein
