#include "events/domain/network.h"

#include <algorithm>
#include <utility>

#include "events/base/ids.h"
#include "events/domain/network_plan.h"
#include "events/domain/service_spec.h"
#include "events/domain/stamp.h"

namespace skein::network {
namespace {

Refusal invalid(std::string text) { return {Errc::invalid, std::move(text)}; }

Result<void> validate(const NetworkSpec& spec) {
  if (spec.ingress() && spec.driver() != kOverlay)
    return Refusal{Errc::unimplemented, "only overlay driver is currently supported for ingress network"};
  if (spec.attachable() && spec.ingress()) return invalid("ingress network cannot be attachable");
  if (auto valid = service::validate_name(spec.name()); !valid) return valid.refusal();
  for (const Label& label : spec.labels()) {
    if (label.key() == kPredefinedLabel) {
      return Refusal{Errc::forbidden, "label " + label.key() +
                                          " is for internally created predefined networks and cannot be applied by "
                                          "users"};
    }
  }
  if (spec.driver() != kOverlay && !is_node_local(spec.driver()))
    return invalid("network driver " + spec.driver() + " is not supported by the cluster");
  if (!spec.ipam_driver().empty() && spec.ipam_driver() != "default") return invalid("invalid IPAM specified");
  return {};
}

NetworkSpec with_defaults(NetworkSpec spec) {
  if (spec.driver().empty()) spec.set_driver(std::string{kOverlay});
  return spec;
}

Event created(const std::string& id, NetworkSpec spec, std::vector<IpamConfig> ipam, std::uint32_t vni) {
  Event event = event_for(id);
  NetworkCreated& body = *event.mutable_network_created();
  *body.mutable_spec() = std::move(spec);
  for (IpamConfig& config : ipam) *body.add_ipam() = std::move(config);
  body.set_vni(vni);
  return event;
}

void fold(Network& state, const NetworkCreated& created) {
  *state.mutable_spec() = created.spec();
  *state.mutable_ipam() = created.ipam();
  state.set_vni(created.vni());
  state.set_predefined(created.predefined());
}

Result<void> check_unused(const Network& state, const NetworkUse& use) {
  const std::string subject = "network " + state.id() + " is in use by ";
  if (!use.services.empty())
    return Refusal{Errc::in_use, subject + "service " + *std::min_element(use.services.begin(), use.services.end())};
  if (!use.tasks.empty())
    return Refusal{Errc::in_use, subject + "task " + *std::min_element(use.tasks.begin(), use.tasks.end())};
  return {};
}

}  // namespace

bool is_node_local(std::string_view driver) {
  return driver == "macvlan" || driver == "ipvlan" || driver == "bridge" || driver == "host";
}

Result<Decision> decide(const Network& state, const CreateNetwork& command, const NetworkFacts& facts,
                        const DecideContext&) {
  NetworkSpec spec = with_defaults(command.spec());
  if (auto valid = validate(spec); !valid) return valid.refusal();
  if (state.revision() != 0)
    return Refusal{Errc::already_exists, "network with name " + spec.name() + " already exists"};
  if (spec.ingress() && !facts.ingress_id.empty())
    return Refusal{Errc::already_exists, "ingress network (" + facts.ingress_id + ") is already present"};
  auto ipam = plan_subnets(spec, facts);
  if (!ipam) return ipam.refusal();
  const auto vni = plan_vni(spec, facts);
  if (!vni) return vni.refusal();
  Decision decision;
  decision.events.push_back(created(state.id(), std::move(spec), *std::move(ipam), *vni));
  return decision;
}

Result<Decision> decide(const Network& state, const RemoveNetwork& command, const NetworkUse& use,
                        const DecideContext&) {
  if (state.revision() == 0)
    return Refusal{Errc::not_found,
                   "network " + (state.id().empty() ? command.network_id() : state.id()) + " not found"};
  if (state.predefined() || state.spec().ingress())
    return Refusal{Errc::forbidden, state.spec().name() + " is a pre-defined network and cannot be removed"};
  if (auto unused = check_unused(state, use); !unused) return unused.refusal();
  Decision decision;
  Event event = event_for(state.id());
  event.mutable_network_removed();
  decision.events.push_back(std::move(event));
  return decision;
}

Result<Event> ingress(const std::vector<std::string>& pool, std::uint32_t subnet_size, const DecideContext& context) {
  NetworkSpec spec;
  spec.set_name("ingress");
  spec.set_driver(std::string{kOverlay});
  spec.set_ingress(true);
  NetworkFacts facts;
  facts.default_pool = pool;
  facts.subnet_size = subnet_size;
  auto ipam = plan_subnets(spec, facts);
  if (!ipam) return ipam.refusal();
  return created(random_id(context.rng), std::move(spec), *std::move(ipam), kVniMin);
}

void evolve(Network& state, const Event& event, const RecordHead& head) {
  switch (event.body_case()) {
    case Event::kNetworkCreated:
      stamp_created(state, event.id(), head);
      return fold(state, event.network_created());
    case Event::kNetworkRemoved:
      return stamp_changed(state, head);
    default:
      CHECK(false, "not an event of a network");
  }
}

}  // namespace skein::network
