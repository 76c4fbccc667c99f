#include <array>
#include <span>

#include "events/domain/cluster.h"
#include "runtime/api/cluster_json.h"
#include "runtime/api/enum_names.h"
#include "runtime/api/routes.h"

namespace skein {
namespace {

SwarmInit init_from_json(const JsonReader& from) {
  SwarmInit init;
  init.listen_addr = from.text("ListenAddr");
  init.advertise_addr = from.text("AdvertiseAddr");
  init.data_path_addr = from.text("DataPathAddr");
  init.data_path_port = from.natural32("DataPathPort");
  init.default_addr_pool = from.texts("DefaultAddrPool");
  init.subnet_size = from.natural32("SubnetSize");
  init.force_new_cluster = from.flag("ForceNewCluster");
  init.availability = read_availability(from, "Availability");
  init.spec = cluster_spec_from_json(from.object("Spec"), cluster::default_spec().task_history_limit());
  init.auto_lock_managers = from.flag("AutoLockManagers") || init.spec.auto_lock_managers();
  init.spec.set_auto_lock_managers(init.auto_lock_managers);
  return init;
}

SwarmJoin join_from_json(const JsonReader& from) {
  SwarmJoin join;
  join.listen_addr = from.text("ListenAddr");
  join.advertise_addr = from.text("AdvertiseAddr");
  join.data_path_addr = from.text("DataPathAddr");
  join.remote_addrs = from.texts("RemoteAddrs");
  join.join_token = from.text("JoinToken");
  join.availability = read_availability(from, "Availability");
  return join;
}

Result<Response> init(const ApiContext& context, const Request& request) {
  auto body = body_json(request);
  if (!body) return body.refusal();
  ReadFault fault;
  const SwarmInit wanted = init_from_json(JsonReader{*body, "InitRequest", fault});
  if (auto fine = fault.result(); !fine) return fine.refusal();
  auto node_id = context.node.init(wanted, caller_of(request));
  if (!node_id) return node_id.refusal();
  return json_response(Json(*node_id));
}

Result<Response> join(const ApiContext& context, const Request& request) {
  auto body = body_json(request);
  if (!body) return body.refusal();
  ReadFault fault;
  const SwarmJoin wanted = join_from_json(JsonReader{*body, "JoinRequest", fault});
  if (auto fine = fault.result(); !fine) return fine.refusal();
  if (wanted.remote_addrs.empty()) return Refusal{Errc::invalid, "at least 1 RemoteAddr is required to join"};
  if (auto joined = context.node.join(wanted, caller_of(request)); !joined) return joined.refusal();
  return plain_response(200);
}

Result<Response> leave(const ApiContext& context, const Request& request) {
  if (auto left = context.node.leave(request.target.query.flag("force"), caller_of(request)); !left)
    return left.refusal();
  return plain_response(200);
}

Result<Response> unlock(const ApiContext& context, const Request& request) {
  auto body = body_json(request);
  if (!body) return body.refusal();
  ReadFault fault;
  const std::string key = JsonReader{*body, "UnlockRequest", fault}.text("UnlockKey");
  if (auto fine = fault.result(); !fine) return fine.refusal();
  if (auto unlocked = context.node.unlock(key); !unlocked) return unlocked.refusal();
  return plain_response(200);
}

Result<ClusterPtr> cluster_of(Gateway& gateway) {
  ClusterPtr cluster = read(gateway, [](const View& view) { return view.cluster(); });
  if (!cluster) return as_rpc_error(Errc::unavailable, "the cluster is not founded yet");
  return cluster;
}

Result<Response> inspect(const ApiContext& context) {
  auto gateway = manager_of(context);
  if (!gateway) return gateway.refusal();
  auto cluster = cluster_of(**gateway);
  if (!cluster) return cluster.refusal();
  auto worker = (*gateway)->payload((*cluster)->worker_token_payload());
  if (!worker) return worker.refusal();
  auto manager = (*gateway)->payload((*cluster)->manager_token_payload());
  if (!manager) return manager.refusal();
  Json out = cluster_to_json(**cluster);
  out["JoinTokens"] = Json{{"Worker", *worker}, {"Manager", *manager}};
  return json_response(out);
}

Result<Response> unlock_key(const ApiContext& context) {
  auto gateway = manager_of(context);
  if (!gateway) return gateway.refusal();
  auto cluster = cluster_of(**gateway);
  if (!cluster) return cluster.refusal();
  const std::string& payload = (*cluster)->unlock_key_payload();
  if (payload.empty()) return json_response(Json{{"UnlockKey", ""}});
  auto key = (*gateway)->payload(payload);
  if (!key) return key.refusal();
  return json_response(Json{{"UnlockKey", *key}});
}

// SWMTKN-1-<digest of the root certificate>-<secret>: only the secret changes.
Result<std::string> rotated_token(const ApiContext& context, Gateway& gateway, const std::string& payload) {
  auto current = gateway.payload(payload);
  if (!current) return current.refusal();
  return current->substr(0, current->rfind('-') + 1) + context.random_id();
}

// SWMKEY-1- and 32 random bytes in base64 without padding (swarmkit manager/encryption).
std::string new_unlock_key(const ApiContext& context) {
  std::array<std::byte, 32> bytes;
  {
    const std::lock_guard lock{context.rng_mutex};
    context.rng.fill(bytes);
  }
  std::string text = base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  while (text.back() == '=') text.pop_back();
  return "SWMKEY-1-" + text;
}

Result<void> rotate(const ApiContext& context, Gateway& gateway, const Cluster& cluster, const Query& query,
                    UpdateCluster& update) {
  if (query.flag("rotateWorkerToken")) {
    auto token = rotated_token(context, gateway, cluster.worker_token_payload());
    if (!token) return token.refusal();
    update.set_new_worker_token(*token);
  }
  if (query.flag("rotateManagerToken")) {
    auto token = rotated_token(context, gateway, cluster.manager_token_payload());
    if (!token) return token.refusal();
    update.set_new_manager_token(*token);
  }
  const bool turned_on = update.spec().auto_lock_managers() && !cluster.spec().auto_lock_managers();
  const bool rotated = update.spec().auto_lock_managers() && query.flag("rotateManagerUnlockKey");
  if (turned_on || rotated) update.set_new_unlock_key(new_unlock_key(context));
  return {};
}

Result<Response> update(const ApiContext& context, const Request& request) {
  auto gateway = manager_of(context);
  if (!gateway) return gateway.refusal();
  auto revision = revision_of(request);
  if (!revision) return revision.refusal();
  auto body = body_json(request);
  if (!body) return body.refusal();
  auto cluster = cluster_of(**gateway);
  if (!cluster) return cluster.refusal();
  ReadFault fault;
  Command command;
  UpdateCluster& wanted = *command.mutable_update_cluster();
  wanted.set_expected_revision(*revision);
  *wanted.mutable_spec() =
      cluster_spec_from_json(JsonReader{*body, "Spec", fault}, (*cluster)->spec().task_history_limit());
  if (auto fine = fault.result(); !fine) return fine.refusal();
  if (auto rotation = rotate(context, **gateway, **cluster, request.target.query, wanted); !rotation)
    return rotation.refusal();
  if (auto outcome = submit(context, **gateway, std::move(command), request); !outcome) return outcome.refusal();
  return plain_response(200);
}

}  // namespace

void add_swarm_routes(Router& router, const ApiContext& c) {
  router.add("POST", "/swarm/init", [&c](const Request& r) { return init(c, r); });
  router.add("POST", "/swarm/join", [&c](const Request& r) { return join(c, r); });
  router.add("POST", "/swarm/leave", [&c](const Request& r) { return leave(c, r); });
  router.add("POST", "/swarm/unlock", [&c](const Request& r) { return unlock(c, r); });
  router.add("POST", "/swarm/update", [&c](const Request& r) { return update(c, r); });
  router.add("GET", "/swarm/unlockkey", [&c](const Request&) { return unlock_key(c); });
  router.add("GET", "/swarm", [&c](const Request&) { return inspect(c); });
}

}  // namespace skein
