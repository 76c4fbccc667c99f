#include "runtime/api/enum_names.h"
#include "runtime/api/filters.h"
#include "runtime/api/node_json.h"
#include "runtime/api/routes.h"

namespace skein {
namespace {

Result<void> check_words(const Filters& filters) {
  for (const std::string& role : filters.values("role"))
    if (role != "worker" && role != "manager") return Refusal{Errc::invalid, "Invalid role filter: '" + role + "'"};
  for (const std::string& membership : filters.values("membership"))
    if (membership != "accepted" && membership != "pending")
      return Refusal{Errc::invalid, "Invalid membership filter: '" + membership + "'"};
  return {};
}

bool wanted(const Filters& filters, const Node& node) {
  return filters.prefix("id", node.id()) && filters.prefix("name", node.description().hostname()) &&
         filters.labels("label", node.description().engine_labels()) &&
         filters.labels("node.label", node.spec().labels()) && filters.exact("role", name_of(node.spec().role())) &&
         filters.exact("membership", "accepted");  // every node in the log has been
}

Result<Response> list(const ApiContext& context, const Request& request) {
  auto gateway = manager_of(context);
  if (!gateway) return gateway.refusal();
  auto filters =
      Filters::parse(request.target.query.get("filters"), {"id", "label", "node.label", "membership", "name", "role"});
  if (!filters) return filters.refusal();
  if (auto words = check_words(*filters); !words) return words.refusal();
  const std::string leader = context.node.state().leader_id;
  Json out = Json::array();
  for (const NodePtr& node : read(**gateway, [](const View& view) { return view.nodes(); }))
    if (wanted(*filters, *node)) out.push_back(node_to_json(*node, leader));
  return json_response(out);
}

Result<NodePtr> find(Gateway& gateway, const Request& request) {
  return read(gateway, [&](const View& view) { return view.find_node(request.capture("id")); });
}

Result<Response> inspect(const ApiContext& context, const Request& request) {
  auto gateway = manager_of(context);
  if (!gateway) return gateway.refusal();
  auto node = find(**gateway, request);
  if (!node) return node.refusal();
  return json_response(node_to_json(**node, context.node.state().leader_id));
}

Result<Response> update(const ApiContext& context, const Request& request) {
  auto gateway = manager_of(context);
  if (!gateway) return gateway.refusal();
  auto revision = revision_of(request);
  if (!revision) return revision.refusal();
  auto body = body_json(request);
  if (!body) return body.refusal();
  auto node = find(**gateway, request);
  if (!node) return node.refusal();
  ReadFault fault;
  Command command;
  UpdateNode& wish = *command.mutable_update_node();
  wish.set_node_id((*node)->id());
  wish.set_expected_revision(*revision);
  *wish.mutable_spec() = node_spec_from_json(JsonReader{*body, "NodeSpec", fault});
  if (auto fine = fault.result(); !fine) return fine.refusal();
  if (auto outcome = submit(context, **gateway, std::move(command), request); !outcome) return outcome.refusal();
  return plain_response(200);
}

Result<Response> remove(const ApiContext& context, const Request& request) {
  auto gateway = manager_of(context);
  if (!gateway) return gateway.refusal();
  auto node = find(**gateway, request);
  if (!node) return node.refusal();
  Command command;
  command.mutable_remove_node()->set_node_id((*node)->id());
  command.mutable_remove_node()->set_force(request.target.query.flag("force"));
  if (auto outcome = submit(context, **gateway, std::move(command), request); !outcome) return outcome.refusal();
  return plain_response(200);
}

}  // namespace

void add_node_routes(Router& router, const ApiContext& c) {
  router.add("GET", "/nodes", [&c](const Request& r) { return list(c, r); });
  router.add("GET", "/nodes/{id}", [&c](const Request& r) { return inspect(c, r); });
  router.add("POST", "/nodes/{id}/update", [&c](const Request& r) { return update(c, r); });
  router.add("DELETE", "/nodes/{id}", [&c](const Request& r) { return remove(c, r); });
}

}  // namespace skein
