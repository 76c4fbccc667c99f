#include "events/domain/node.h"

#include <utility>

#include "events/domain/stamp.h"

namespace skein::node {
namespace {

Decision one(Event event) {
  Decision decision;
  decision.events.push_back(std::move(event));
  return decision;
}

Refusal not_found(const Node& state, const std::string& asked_for) {
  return {Errc::not_found, "node " + (state.id().empty() ? asked_for : state.id()) + " not found"};
}

Result<void> validate(const NodeSpec& spec) {
  if (!NodeRole_IsValid(spec.role())) return Refusal{Errc::invalid, "invalid Role: must be worker or manager"};
  if (!NodeSpec::Availability_IsValid(spec.availability()))
    return Refusal{Errc::invalid, "invalid Availability: must be active, pause or drain"};
  return {};
}

Result<void> check_demotion(const NodeFacts& facts) {
  if (facts.managers <= 1)
    return Refusal{Errc::failed_precondition, "attempting to demote the last manager of the swarm"};
  if (facts.in_raft && !facts.quorum_without)
    return Refusal{Errc::failed_precondition,
                   "can't remove member from the raft: this would result in a loss of quorum"};
  return {};
}

void set_manager(Node& state, NodeRole role, const std::string& addr) {
  state.set_role(role);
  state.clear_manager();
  if (role != MANAGER) return;
  state.mutable_manager()->set_addr(addr);
  state.mutable_manager()->set_reachable(true);
}

void fold(Node& state, const NodeJoined& joined) {
  *state.mutable_spec() = joined.spec();
  *state.mutable_description() = joined.description();
  state.mutable_status()->set_state(NodeStatus::UNKNOWN);  // until its first session
  state.mutable_status()->set_addr(joined.addr());
  set_manager(state, joined.role(), joined.manager_addr());
}

}  // namespace

Event joined(const NodeId& id, NodeJoined joined) {
  joined.mutable_spec()->set_role(joined.role());
  Event event = event_for(id.str());
  *event.mutable_node_joined() = std::move(joined);
  return event;
}

Result<Decision> decide(const Node& state, const UpdateNode& command, const NodeFacts& facts, const DecideContext&) {
  if (auto valid = validate(command.spec()); !valid) return valid.refusal();
  if (state.revision() == 0) return not_found(state, command.node_id());
  if (state.spec().role() == MANAGER && command.spec().role() == WORKER)
    if (auto allowed = check_demotion(facts); !allowed) return allowed.refusal();
  if (command.expected_revision() != state.revision()) return Refusal{Errc::out_of_sequence, "update out of sequence"};
  if (same(command.spec(), state.spec())) return Decision{};
  Event event = event_for(state.id());
  *event.mutable_node_spec_changed()->mutable_spec() = command.spec();
  return one(std::move(event));
}

Result<Decision> decide(const Node& state, const RemoveNode& command, const NodeFacts& facts, const DecideContext&) {
  if (state.revision() == 0) return not_found(state, command.node_id());
  if (facts.in_raft || state.role() == MANAGER) {
    return Refusal{Errc::failed_precondition,
                   "node " + state.id() +
                       " is a cluster manager and is a member of the raft cluster. It must be demoted to worker "
                       "before removal"};
  }
  if (!command.force() && state.status().state() == NodeStatus::READY)
    return Refusal{Errc::failed_precondition, "node " + state.id() + " is not down and can't be removed"};
  Event event = event_for(state.id());
  event.mutable_node_removed();
  return one(std::move(event));
}

Result<Decision> decide(const Node& state, const DescribeNode& command, const DecideContext&) {
  if (state.revision() == 0) return not_found(state, command.node_id());
  if (same(command.description(), state.description())) return Decision{};
  Event event = event_for(state.id());
  *event.mutable_node_described()->mutable_description() = command.description();
  return one(std::move(event));
}

Result<Decision> decide(const Node& state, const SetNodeStatus& command, const DecideContext&) {
  if (state.revision() == 0) return not_found(state, command.node_id());
  if (same(command.status(), state.status())) return Decision{};
  Event event = event_for(state.id());
  *event.mutable_node_status_changed()->mutable_status() = command.status();
  return one(std::move(event));
}

Result<Decision> observe_role(const Node& state, NodeRole role, const std::string& manager_addr) {
  if (state.revision() == 0) return not_found(state, state.id());
  if (role == state.role() && (role == WORKER || manager_addr == state.manager().addr())) return Decision{};
  Event event = event_for(state.id());
  event.mutable_node_role_changed()->set_role(role);
  if (role == MANAGER) event.mutable_node_role_changed()->set_manager_addr(manager_addr);
  return one(std::move(event));
}

void evolve(Node& state, const Event& event, const RecordHead& head) {
  switch (event.body_case()) {
    case Event::kNodeJoined:
      stamp_created(state, event.id(), head);
      return fold(state, event.node_joined());
    case Event::kNodeDescribed:
      *state.mutable_description() = event.node_described().description();
      break;
    case Event::kNodeSpecChanged:
      *state.mutable_spec() = event.node_spec_changed().spec();
      break;
    case Event::kNodeStatusChanged:
      *state.mutable_status() = event.node_status_changed().status();
      break;
    case Event::kNodeRoleChanged:
      set_manager(state, event.node_role_changed().role(), event.node_role_changed().manager_addr());
      break;
    case Event::kNodeRemoved:
      break;
    default:
      CHECK(false, "not an event of a node");
  }
  stamp_changed(state, head);
}

}  // namespace skein::node
