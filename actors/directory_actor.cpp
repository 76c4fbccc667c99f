#include "actors/directory_actor.h"

#include <caf/local_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <deque>
#include <optional>

#include "actors/crash_loudly.h"
#include "actors/directory.h"
#include "actors/origin.h"
#include "actors/plan/not_yet.h"
#include "actors/stream_writer.h"
#include "events/domain/config.h"
#include "events/domain/network.h"
#include "events/domain/secret.h"
#include "events/domain/service.h"
#include "events/domain/service_dirty.h"

namespace skein {
namespace {

// A birth under way: whom to answer, and the name to give back if it comes to nothing.
struct Birth {
  Submit submit;
  Aggregate kind = Aggregate::service;
  std::string id, name;
  bool claims_ports = false;
};

struct DirectoryState {
  static inline const char* name = "directory";
  DirectoryArgs args;
  std::unique_ptr<Rng> rng;
  std::optional<Directory> facts;
  std::map<std::uint64_t, Birth> births;  // by ticket
  std::uint64_t ticket = 0;
  bool ports_busy = false;  // a command that claims ports is under way
  std::deque<Submit> waiting_for_ports;
};

using Self = DirectoryActor::stateful_pointer<DirectoryState>;

void answer(const Submit& submit, const Refusal& refusal) {
  if (submit.reply) submit.reply(refused(submit.command->id(), refusal));
}

// Says what of `spec` no node carries out yet.
void warn(const ServiceSpec& spec, Outcome& outcome) {
  if (outcome.code() != 0) return;
  for (std::string& warning : plan::not_yet(spec)) outcome.add_warnings(std::move(warning));
}

// Proposes the birth that `decide` decides for a new id. The name is claimed until the result is known.
template <class Decide>
void give_birth(Self self, Birth birth, Decide decide) {
  DirectoryState& state = self->state;
  if (Result<void> free = state.facts->claim_name(birth.kind, birth.name); !free)
    return answer(birth.submit, free.refusal());
  birth.id = random_id(*state.rng);
  Result<Decision> decision = decide(birth.id, DecideContext{state.args.world->clock->now(), *state.rng});
  if (!decision) {
    state.facts->release_name(birth.kind, birth.name);
    return answer(birth.submit, decision.refusal());
  }
  state.ports_busy |= birth.claims_ports;
  const Submit& submit = birth.submit;
  self->send(state.args.log, Propose{++state.ticket, std::make_shared<Decision>(std::move(*decision)),
                                     origin_of(submit, state.args.node_id), Proposer{self}});
  state.births.emplace(state.ticket, std::move(birth));
}

bool publishes(const ServiceSpec& spec) { return spec.endpoint().ports_size() > 0; }

void create_service(Self self, const Submit& submit) {
  DirectoryState& state = self->state;
  const CreateService& command = submit.command->create_service();
  if (Result<void> ok = state.facts->check_references(command.spec()); !ok) return answer(submit, ok.refusal());
  if (service::is_job(command.spec()))
    return answer(submit, {Errc::unimplemented, "replicated-job and global-job services cannot be run yet"});
  Result<Endpoint> endpoint = state.facts->ports().resolve({}, command.spec().endpoint(), {});
  if (!endpoint) return answer(submit, endpoint.refusal());
  Birth birth{submit, Aggregate::service, {}, command.spec().name(), publishes(command.spec())};
  give_birth(self, std::move(birth), [&](const std::string& id, const DecideContext& context) {
    Service unborn;
    unborn.set_id(id);
    return service::decide(unborn, command, *endpoint, context);
  });
}

// An update is decided by its service; here only its references are checked and its ports resolved.
void update_service(Self self, const Submit& submit) {
  DirectoryState& state = self->state;
  const UpdateService& command = submit.command->update_service();
  const ServicePtr service = state.facts->service(command.service_id());
  if (!service) return answer(submit, {Errc::not_found, "service " + command.service_id() + " not found"});
  const ServiceSpec& target = service::target_spec(*service, command);
  if (Result<void> ok = state.facts->check_references(target); !ok) return answer(submit, ok.refusal());
  Result<Endpoint> endpoint = state.facts->ports().resolve(service->id(), target.endpoint(), service->endpoint());
  if (!endpoint) return answer(submit, endpoint.refusal());
  const bool claims = publishes(target);
  state.ports_busy |= claims;
  auto decide = [kept = submit.command, endpoint = *endpoint](const Service& current, const DecideContext& context) {
    return service::decide(current, kept->update_service(), endpoint, context);
  };
  Reply reply = [inner = submit.reply, target, claims, me = DirectoryActor{self}](Outcome outcome) {
    if (claims) caf::anon_send(me, PortsSettled{});
    warn(target, outcome);
    if (inner) inner(outcome);
  };
  self->send(state.args.router,
             AskAggregate{service->id(), Ask<Service>{decide, origin_of(submit, state.args.node_id), reply},
                          Aggregate::service});
}

void create_network(Self self, const Submit& submit) {
  const CreateNetwork& command = submit.command->create_network();
  give_birth(self, {submit, Aggregate::network, {}, command.spec().name()},
             [&](const std::string& id, const DecideContext& context) {
               Network unborn;
               unborn.set_id(id);
               return network::decide(unborn, command, self->state.facts->network_facts(), context);
             });
}

void create_secret(Self self, const Submit& submit) {
  const CreateSecret& command = submit.command->create_secret();
  give_birth(self, {submit, Aggregate::secret, {}, command.spec().name()},
             [&](const std::string& id, const DecideContext& context) {
               File unborn;
               unborn.set_id(id);
               return secret::decide(unborn, command, context);
             });
}

void create_config(Self self, const Submit& submit) {
  const CreateConfig& command = submit.command->create_config();
  give_birth(self, {submit, Aggregate::config, {}, command.spec().name()},
             [&](const std::string& id, const DecideContext& context) {
               File unborn;
               unborn.set_id(id);
               return config::decide(unborn, command, context);
             });
}

template <class State>
void ask(Self self, const Submit& submit, const std::string& id, Aggregate kind,
         std::function<Result<Decision>(const State&, const DecideContext&)> decide) {
  self->send(
      self->state.args.router,
      AskAggregate{id, Ask<State>{std::move(decide), origin_of(submit, self->state.args.node_id), submit.reply}, kind});
}

void remove_network(Self self, const Submit& submit) {
  const std::string& id = submit.command->remove_network().network_id();
  ask<Network>(self, submit, id, Aggregate::network,
               [kept = submit.command, use = self->state.facts->use_of_network(id)](const Network& state,
                                                                                    const DecideContext& context) {
                 return network::decide(state, kept->remove_network(), use, context);
               });
}

void remove_secret(Self self, const Submit& submit) {
  const std::string& id = submit.command->remove_secret().secret_id();
  ask<File>(self, submit, id, Aggregate::secret,
            [kept = submit.command, used = self->state.facts->services_using(Aggregate::secret, id)](
                const File& state, const DecideContext& context) {
              return secret::decide(state, kept->remove_secret(), used, context);
            });
}

void remove_config(Self self, const Submit& submit) {
  const std::string& id = submit.command->remove_config().config_id();
  ask<File>(self, submit, id, Aggregate::config,
            [kept = submit.command, used = self->state.facts->services_using(Aggregate::config, id)](
                const File& state, const DecideContext& context) {
              return config::decide(state, kept->remove_config(), used, context);
            });
}

void take(Self self, const Submit& submit) {
  switch (submit.command->body_case()) {
    case Command::kCreateService:
      return create_service(self, submit);
    case Command::kUpdateService:
      return update_service(self, submit);
    case Command::kCreateNetwork:
      return create_network(self, submit);
    case Command::kRemoveNetwork:
      return remove_network(self, submit);
    case Command::kCreateSecret:
      return create_secret(self, submit);
    case Command::kRemoveSecret:
      return remove_secret(self, submit);
    case Command::kCreateConfig:
      return create_config(self, submit);
    case Command::kRemoveConfig:
      return remove_config(self, submit);
    default:
      CHECK(false, "not a command for the directory");
  }
}

bool claims_ports(Self self, const Submit& submit) {
  if (submit.command->has_create_service()) return publishes(submit.command->create_service().spec());
  if (!submit.command->has_update_service()) return false;
  const ServicePtr service = self->state.facts->service(submit.command->update_service().service_id());
  return service && publishes(service::target_spec(*service, submit.command->update_service()));
}

void take_in_turn(Self self, const Submit& submit) {
  if (self->state.ports_busy && claims_ports(self, submit)) {
    self->state.waiting_for_ports.push_back(submit);
  } else {
    take(self, submit);
  }
}

void ports_settled(Self self) {
  DirectoryState& state = self->state;
  state.ports_busy = false;
  while (!state.ports_busy && !state.waiting_for_ports.empty()) {
    const Submit submit = std::move(state.waiting_for_ports.front());
    state.waiting_for_ports.pop_front();
    take(self, submit);
  }
}

void on_result(Self self, const ProposalResult& result) {
  DirectoryState& state = self->state;
  const auto it = state.births.find(result.ticket);
  if (it == state.births.end()) return;
  const Birth birth = std::move(it->second);
  state.births.erase(it);
  if (result.code != Errc::ok) state.facts->release_name(birth.kind, birth.name);
  Outcome outcome = outcome_of(birth.submit.command->id(), result, birth.id);
  if (birth.kind == Aggregate::service) warn(birth.submit.command->create_service().spec(), outcome);
  if (birth.submit.reply) birth.submit.reply(outcome);
  if (birth.claims_ports) ports_settled(self);
}

DirectoryActor::behavior_type directory(Self self, const DirectoryArgs& args) {
  crash_loudly(self);
  self->state.args = args;
  self->state.rng = args.world->make_rng();
  self->state.facts.emplace(*args.seed);
  return {
      [self](const Submit& submit) { take_in_turn(self, submit); },
      [self](const FoldedRecordPtr& record) { self->state.facts->follow(*record); },
      [self](PortsSettled) { ports_settled(self); },
      [self](const ProposalResult& result) { on_result(self, result); },
  };
}

}  // namespace

DirectoryActor spawn_directory(caf::local_actor& parent, DirectoryArgs args) {
  return parent.spawn(directory, std::move(args));
}

}  // namespace skein
