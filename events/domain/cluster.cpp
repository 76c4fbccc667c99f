#include "events/domain/cluster.h"

#include <utility>

#include "events/domain/ip_prefix.h"
#include "events/domain/network.h"
#include "events/domain/node.h"
#include "events/domain/stamp.h"

namespace skein::cluster {
namespace {

constexpr std::uint32_t kDataPathPortMin = 1024;
constexpr std::uint32_t kDataPathPortMax = 49151;
constexpr std::uint32_t kSubnetSizeMax = 29;
constexpr std::uint32_t kTickMax = 10'000;

Refusal invalid(std::string text) { return {Errc::invalid, std::move(text)}; }

// Numbers that `wanted` leaves at 0 keep what `base` says, as moby merges a swarm spec.
ClusterSpec filled(const ClusterSpec& wanted, const ClusterSpec& base) {
  ClusterSpec spec = wanted;
  if (spec.name().empty()) spec.set_name(std::string{kName});
  if (spec.snapshot_interval() == 0) spec.set_snapshot_interval(base.snapshot_interval());
  if (spec.log_entries_for_slow_followers() == 0)
    spec.set_log_entries_for_slow_followers(base.log_entries_for_slow_followers());
  if (spec.election_tick() == 0) spec.set_election_tick(base.election_tick());
  if (spec.heartbeat_tick() == 0) spec.set_heartbeat_tick(base.heartbeat_tick());
  if (spec.dispatcher_heartbeat_ns() == 0) spec.set_dispatcher_heartbeat_ns(base.dispatcher_heartbeat_ns());
  if (spec.node_cert_expiry_ns() == 0) spec.set_node_cert_expiry_ns(base.node_cert_expiry_ns());
  return spec;
}

FoundCluster filled(const FoundCluster& command) {
  FoundCluster founding = command;
  *founding.mutable_spec() = filled(command.spec(), default_spec());
  if (founding.default_addr_pool().empty()) founding.add_default_addr_pool(std::string{kDefaultPool});
  if (founding.subnet_size() == 0) founding.set_subnet_size(kDefaultSubnetSize);
  if (founding.data_path_port() == 0) founding.set_data_path_port(kDefaultDataPathPort);
  return founding;
}

Result<void> check_pools(const FoundCluster& founding) {
  std::vector<IpPrefix> seen;
  for (const std::string& text : founding.default_addr_pool()) {
    const auto pool = IpPrefix::parse(text);
    if (!pool || !pool->is_v4()) return invalid("invalid default address pool " + text + ": must be an IPv4 CIDR");
    if (founding.subnet_size() < pool->length() || founding.subnet_size() > kSubnetSizeMax)
      return invalid("invalid subnet size " + std::to_string(founding.subnet_size()) + " for address pool " + text);
    for (const IpPrefix& other : seen)
      if (pool->overlaps(other)) return invalid("default address pools " + other.text() + " and " + text + " overlap");
    seen.push_back(*pool);
  }
  return {};
}

Result<void> check(const FoundCluster& founding) {
  if (auto valid = validate(founding.spec()); !valid) return valid;
  if (auto valid = check_pools(founding); !valid) return valid;
  if (founding.data_path_port() < kDataPathPortMin || founding.data_path_port() > kDataPathPortMax)
    return invalid("invalid data path port: must be between 1024 and 49151");
  if (founding.spec().auto_lock_managers() && founding.unlock_key().empty())
    return invalid("autolock needs an unlock key");
  return {};
}

Event founded(const FoundCluster& founding, Decision& decision, Rng& rng) {
  Event event = event_for(founding.cluster_id());
  ClusterFounded& body = *event.mutable_cluster_founded();
  *body.mutable_spec() = founding.spec();
  body.set_root_ca_cert_pem(founding.root_ca_cert_pem());
  body.set_root_ca_key_payload(detach_into(decision, founding.root_ca_key(), rng));
  body.set_worker_token_payload(detach_into(decision, founding.worker_token(), rng));
  body.set_manager_token_payload(detach_into(decision, founding.manager_token(), rng));
  if (founding.spec().auto_lock_managers())
    body.set_unlock_key_payload(detach_into(decision, founding.unlock_key(), rng));
  *body.mutable_default_addr_pool() = founding.default_addr_pool();
  body.set_subnet_size(founding.subnet_size());
  body.set_data_path_port(founding.data_path_port());
  return event;
}

Event first_manager(const FoundCluster& founding) {
  NodeJoined joined;
  joined.set_role(MANAGER);
  *joined.mutable_spec() = founding.node_spec();
  *joined.mutable_description() = founding.node_description();
  joined.set_addr(founding.node_addr());
  joined.set_manager_addr(founding.manager_addr());
  return node::joined(NodeId{founding.node_id()}, std::move(joined));
}

void rotate_token(const Cluster& state, NodeRole role, const std::string& token, Decision& decision, Rng& rng) {
  if (token.empty()) return;
  Event event = event_for(state.id());
  event.mutable_join_token_rotated()->set_role(role);
  event.mutable_join_token_rotated()->set_token_payload(detach_into(decision, token, rng));
  decision.events.push_back(std::move(event));
  erase_payload(role == MANAGER ? state.manager_token_payload() : state.worker_token_payload(), decision);
}

// Autolock turned on or its key rotated: `key`. Turned off: no key any more.
void change_unlock_key(const Cluster& state, bool locked, const std::string& key, Decision& decision, Rng& rng) {
  const bool had_key = !state.unlock_key_payload().empty();
  if (locked ? key.empty() : !had_key) return;
  Event event = event_for(state.id());
  UnlockKeyChanged& body = *event.mutable_unlock_key_changed();
  if (locked) body.set_key_payload(detach_into(decision, key, rng));
  decision.events.push_back(std::move(event));
  erase_payload(state.unlock_key_payload(), decision);
}

void fold(Cluster& state, const ClusterFounded& founded) {
  *state.mutable_spec() = founded.spec();
  state.set_root_ca_cert_pem(founded.root_ca_cert_pem());
  state.set_root_ca_key_payload(founded.root_ca_key_payload());
  state.set_worker_token_payload(founded.worker_token_payload());
  state.set_manager_token_payload(founded.manager_token_payload());
  state.set_unlock_key_payload(founded.unlock_key_payload());
  *state.mutable_default_addr_pool() = founded.default_addr_pool();
  state.set_subnet_size(founded.subnet_size());
  state.set_data_path_port(founded.data_path_port());
}

void fold(Cluster& state, const JoinTokenRotated& rotated) {
  if (rotated.role() == MANAGER)
    state.set_manager_token_payload(rotated.token_payload());
  else
    state.set_worker_token_payload(rotated.token_payload());
}

}  // namespace

ClusterSpec default_spec() {
  ClusterSpec spec;
  spec.set_name(std::string{kName});
  spec.set_task_history_limit(5);
  spec.set_snapshot_interval(10'000);
  spec.set_log_entries_for_slow_followers(500);
  spec.set_election_tick(10);
  spec.set_heartbeat_tick(1);
  spec.set_dispatcher_heartbeat_ns(5'000'000'000);
  spec.set_node_cert_expiry_ns(7'776'000'000'000'000);  // 2160 h
  return spec;
}

Result<void> validate(const ClusterSpec& spec) {
  if (spec.name() != kName) return invalid("swarm spec must be named \"default\"");
  if (spec.node_cert_expiry_ns() < kCertExpiryMinNs) return invalid("minimum certificate expiry time is: 1h0m0s");
  if (spec.dispatcher_heartbeat_ns() < 0) return invalid("heartbeat time period cannot be a negative duration");
  if (spec.dispatcher_heartbeat_ns() < kHeartbeatMinNs) return invalid("minimum heartbeat time period is: 1s");
  if (spec.heartbeat_tick() == 0 || spec.election_tick() <= spec.heartbeat_tick())
    return invalid("invalid raft ticks: the election tick must be greater than the heartbeat tick");
  if (spec.election_tick() > kTickMax) return invalid("invalid raft ticks: the election tick is too large");
  return {};
}

Result<Decision> decide(const Cluster& state, const FoundCluster& command, const DecideContext& context) {
  if (state.revision() != 0) {
    return Refusal{Errc::unavailable,
                   "This node is already part of a swarm. Use \"docker swarm leave\" to leave this swarm and join "
                   "another one."};
  }
  const FoundCluster founding = filled(command);
  if (auto valid = check(founding); !valid) return valid.refusal();
  const std::vector<std::string> pool(founding.default_addr_pool().begin(), founding.default_addr_pool().end());
  auto ingress = network::ingress(pool, founding.subnet_size(), context);
  if (!ingress) return ingress.refusal();
  Decision decision;
  Event event = founded(founding, decision, context.rng);
  decision.events.push_back(std::move(event));
  decision.events.push_back(first_manager(founding));
  decision.events.push_back(*std::move(ingress));
  return decision;
}

Result<Decision> decide(const Cluster& state, const UpdateCluster& command, const DecideContext& context) {
  const ClusterSpec spec = filled(command.spec(), state.spec());
  if (state.revision() == 0) return Refusal{Errc::not_found, "cluster " + state.id() + " not found"};
  if (auto valid = validate(spec); !valid) return valid.refusal();
  const bool needs_key = spec.auto_lock_managers() && state.unlock_key_payload().empty();
  if (needs_key && command.new_unlock_key().empty()) return invalid("autolock needs an unlock key");
  if (command.expected_revision() != state.revision()) return Refusal{Errc::out_of_sequence, "update out of sequence"};
  Decision decision;
  if (!same(spec, state.spec())) {
    Event event = event_for(state.id());
    *event.mutable_cluster_spec_changed()->mutable_spec() = spec;
    decision.events.push_back(std::move(event));
  }
  rotate_token(state, WORKER, command.new_worker_token(), decision, context.rng);
  rotate_token(state, MANAGER, command.new_manager_token(), decision, context.rng);
  change_unlock_key(state, spec.auto_lock_managers(), command.new_unlock_key(), decision, context.rng);
  return decision;
}

void evolve(Cluster& state, const Event& event, const RecordHead& head) {
  switch (event.body_case()) {
    case Event::kClusterFounded:
      stamp_created(state, event.id(), head);
      return fold(state, event.cluster_founded());
    case Event::kClusterSpecChanged:
      *state.mutable_spec() = event.cluster_spec_changed().spec();
      break;
    case Event::kJoinTokenRotated:
      fold(state, event.join_token_rotated());
      break;
    case Event::kUnlockKeyChanged:
      state.set_unlock_key_payload(event.unlock_key_changed().key_payload());
      break;
    default:
      CHECK(false, "not an event of the cluster");
  }
  stamp_changed(state, head);
}

}  // namespace skein::cluster
