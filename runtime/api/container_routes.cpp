#include <algorithm>

#include "runtime/api/container_json.h"
#include "runtime/api/filters.h"
#include "runtime/api/routes.h"

namespace skein {
namespace {

NetworkNames network_names(const ApiContext& context) {
  NetworkNames names;
  const auto gateway = context.gateway();
  if (!gateway) return names;
  for (const NetworkPtr& network : read(*gateway, [](const View& view) { return view.networks(); }))
    names[network->id()] = network->spec().name();
  return names;
}

Labels labels_of(const ContainerRecord& container) {
  Labels labels;
  for (const auto& [key, value] : container_labels(container)) {
    Label* label = labels.Add();
    label->set_key(key);
    label->set_value(value);
  }
  return labels;
}

bool on_network(const Filters& filters, const ContainerRecord& container, const NetworkNames& names) {
  if (!filters.has("network")) return true;
  if (!container.task) return false;
  const auto& networks = container.task->networks();
  return std::any_of(networks.begin(), networks.end(), [&](const TaskNetwork& network) {
    const auto name = names.find(network.network_id());
    return filters.exact("network", network.network_id()) ||
           (name != names.end() && filters.exact("network", name->second));
  });
}

bool wanted(const Filters& filters, const ContainerRecord& container, const NetworkNames& names) {
  return filters.prefix("id", container.id) && filters.contains("name", container.name) &&
         filters.labels("label", labels_of(container)) && filters.exact("status", state_word(container)) &&
         filters.exact("exited", std::to_string(container.exit_code)) &&
         (!filters.has("exited") || state_word(container) == "exited") &&
         (filters.exact("ancestor", container.image) || filters.exact("ancestor", container.image_id)) &&
         on_network(filters, container, names);
}

Result<Response> list(const ApiContext& context, const Request& request) {
  const Query& query = request.target.query;
  auto filters =
      Filters::parse(query.get("filters"), {"id", "name", "label", "status", "exited", "ancestor", "network"});
  if (!filters) return filters.refusal();
  auto limit = query.natural("limit");
  // -1 is how the CLI says "no limit"; any other odd text is refused.
  if (!limit && query.get("limit") != "-1") return limit.refusal();
  const std::uint64_t most = limit && limit->value_or(0) > 0 ? **limit : UINT64_MAX;
  const bool all = query.flag("all") || filters->has("status") || filters->has("exited") || most != UINT64_MAX;
  const NetworkNames names = network_names(context);
  std::vector<ContainerRecord> containers = context.containers.list();
  std::sort(containers.begin(), containers.end(), [](const auto& a, const auto& b) { return a.created > b.created; });
  Json out = Json::array();
  for (const ContainerRecord& container : containers)
    if ((all || container.running) && out.size() < most && wanted(*filters, container, names))
      out.push_back(container_summary(container, context.clock.now(), names));
  return json_response(out);
}

Result<Response> inspect(const ApiContext& context, const Request& request) {
  auto container = context.containers.find(request.capture("id"));
  if (!container) return container.refusal();
  return json_response(container_to_json(*container, network_names(context)));
}

}  // namespace

void add_container_routes(Router& router, const ApiContext& c) {
  router.add("GET", "/containers/json", [&c](const Request& r) { return list(c, r); });
  router.add("GET", "/containers/{id}/json", [&c](const Request& r) { return inspect(c, r); });
}

}  // namespace skein
