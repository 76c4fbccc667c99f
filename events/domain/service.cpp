#include "events/domain/service.h"

#include <set>
#include <utility>

#include "events/domain/service_spec.h"
#include "events/domain/stamp.h"

namespace skein::service {
namespace {

const std::string& auth_of(const ServiceSpec& spec) { return spec.task().container().pull().auth_payload(); }

void set_auth(ServiceSpec& spec, const std::string& digest) {
  if (!spec.task().has_container()) return;
  ContainerSpec& container = *spec.mutable_task()->mutable_container();
  container.clear_pull();
  if (!digest.empty()) container.mutable_pull()->set_auth_payload(digest);
}

// Replicas are one unless said otherwise: a spec without a mode is a replicated service of one.
void fill_mode(ServiceSpec& spec) {
  if (spec.mode_case() == ServiceSpec::MODE_NOT_SET) spec.mutable_replicated()->set_replicas(1);
}

Refusal not_found(const Service& state, const std::string& asked_for) {
  return {Errc::not_found, "service " + (state.id().empty() ? asked_for : state.id()) + " not found"};
}

Refusal no_previous(const Service& state) {
  return {Errc::failed_precondition, "service " + state.id() + " does not have a previous spec"};
}

Result<void> check_kept(const ServiceSpec& now, const ServiceSpec& wanted) {
  const bool legacy_changed = !same_list(now.networks(), wanted.networks());
  if (legacy_changed && same_list(now.task().networks(), wanted.task().networks()))
    return Refusal{Errc::unimplemented, "networks must be migrated to TaskSpec before being changed"};
  if (now.mode_case() != wanted.mode_case()) return Refusal{Errc::unimplemented, "service mode change is not allowed"};
  if (now.name() != wanted.name()) return Refusal{Errc::unimplemented, "renaming services is not supported"};
  return {};
}

// The credential an update without one goes on with.
const std::string& inherited_auth(const Service& state, const UpdateService& command) {
  return auth_of(command.auth_from() == UpdateService::PREVIOUS_SPEC ? state.previous_spec() : state.spec());
}

Result<Decision> update(const Service& state, const UpdateService& command, const Endpoint& endpoint,
                        const DecideContext& context) {
  ServiceSpec wanted = command.spec();
  fill_mode(wanted);
  if (auto kept = check_kept(state.spec(), wanted); !kept) return kept.refusal();
  if (command.auth_from() == UpdateService::PREVIOUS_SPEC && !state.has_previous_spec()) return no_previous(state);
  if (command.expected_revision() != state.revision()) return Refusal{Errc::out_of_sequence, "update out of sequence"};
  Decision decision;
  const bool brings_auth = !command.registry_auth().empty();
  set_auth(wanted,
           brings_auth ? detach_into(decision, command.registry_auth(), context.rng) : inherited_auth(state, command));
  const std::string& dropped = auth_of(state.previous_spec());
  const bool orphaned = dropped != auth_of(wanted) && dropped != auth_of(state.spec());
  Event event = event_for(state.id());
  *event.mutable_service_updated()->mutable_spec() = std::move(wanted);
  *event.mutable_service_updated()->mutable_endpoint() = endpoint;
  decision.events.push_back(std::move(event));
  if (orphaned) erase_payload(dropped, decision);
  return decision;
}

Event progressed(const Service& state, const UpdateStatus& status) {
  Event event = event_for(state.id());
  *event.mutable_service_update_progressed()->mutable_status() = status;
  return event;
}

Event rolled_back(const Service& state, const Endpoint& endpoint, bool automatic) {
  Event event = event_for(state.id());
  *event.mutable_service_rolled_back()->mutable_endpoint() = endpoint;
  event.mutable_service_rolled_back()->set_automatic(automatic);
  return event;
}

UpdateStatus rollback_started(std::int64_t started_at_ns, const std::string& message) {
  UpdateStatus status;
  status.set_state(UpdateStatus::ROLLBACK_STARTED);
  status.set_started_at_ns(started_at_ns);
  status.set_message(message);
  return status;
}

Result<Decision> roll_back(const Service& state, const UpdateService& command, const Endpoint& endpoint,
                           const DecideContext& context) {
  if (!state.has_previous_spec()) return no_previous(state);
  if (command.expected_revision() != state.revision()) return Refusal{Errc::out_of_sequence, "update out of sequence"};
  Decision decision;
  decision.events.push_back(rolled_back(state, endpoint, false));
  if (!is_job(state.spec()))
    decision.events.push_back(progressed(state, rollback_started(context.now.ns, "manually requested rollback")));
  return decision;
}

// A job runs again whenever its spec was set.
void run_job_again(Service& state, const RecordHead& head) {
  if (!is_job(state.spec())) return;
  JobStatus& job = *state.mutable_job_status();
  job.set_iteration(job.iteration() + 1);
  job.set_last_execution_ns(head.at_ns);
}

void fold(Service& state, const ServiceCreated& created, const RecordHead& head) {
  *state.mutable_spec() = created.spec();
  *state.mutable_endpoint() = created.endpoint();
  state.set_spec_version(head.index);
  if (is_job(created.spec())) state.mutable_job_status()->set_last_execution_ns(head.at_ns);
}

void fold(Service& state, const ServiceUpdated& updated, const RecordHead& head) {
  state.mutable_previous_spec()->Swap(state.mutable_spec());
  state.set_previous_spec_version(state.spec_version());
  *state.mutable_spec() = updated.spec();
  *state.mutable_endpoint() = updated.endpoint();
  state.set_spec_version(head.index);
  state.clear_update_status();
  run_job_again(state, head);
}

void fold(Service& state, const ServiceRolledBack& rolled, const RecordHead& head) {
  state.mutable_previous_spec()->Swap(state.mutable_spec());
  state.set_previous_spec_version(state.spec_version());
  state.set_spec_version(head.index);
  *state.mutable_endpoint() = rolled.endpoint();
  state.clear_update_status();
  run_job_again(state, head);
  if (!rolled.automatic()) return;
  state.clear_previous_spec();  // the spec that failed is not one to go back to
  state.clear_previous_spec_version();
}

}  // namespace

bool is_global(const ServiceSpec& spec) { return spec.has_global() || spec.has_global_job(); }

bool is_replicated(const ServiceSpec& spec) { return !is_global(spec); }

bool is_job(const ServiceSpec& spec) { return spec.has_replicated_job() || spec.has_global_job(); }

const google::protobuf::RepeatedPtrField<NetworkAttachmentConfig>& networks(const ServiceSpec& spec) {
  return spec.task().networks().empty() ? spec.networks() : spec.task().networks();
}

const ServiceSpec& target_spec(const Service& state, const UpdateService& command) {
  return command.rollback() ? state.previous_spec() : command.spec();
}

Result<Decision> decide(const Service& state, const CreateService& command, const Endpoint& endpoint,
                        const DecideContext& context) {
  ServiceSpec wanted = command.spec();
  fill_mode(wanted);
  if (auto valid = validate(wanted); !valid) return valid.refusal();
  if (state.revision() != 0) {
    return Refusal{Errc::already_exists,
                   "name conflicts with an existing object: service " + wanted.name() + " already exists"};
  }
  Decision decision;
  const bool brings_auth = !command.registry_auth().empty();
  set_auth(wanted, brings_auth ? detach_into(decision, command.registry_auth(), context.rng) : std::string{});
  Event event = event_for(state.id());
  *event.mutable_service_created()->mutable_spec() = std::move(wanted);
  *event.mutable_service_created()->mutable_endpoint() = endpoint;
  decision.events.push_back(std::move(event));
  return decision;
}

Result<Decision> decide(const Service& state, const UpdateService& command, const Endpoint& endpoint,
                        const DecideContext& context) {
  if (!command.rollback()) {
    ServiceSpec wanted = command.spec();
    fill_mode(wanted);
    if (auto valid = validate(wanted); !valid) return valid.refusal();
  }
  if (state.revision() == 0) return not_found(state, command.service_id());
  return command.rollback() ? roll_back(state, command, endpoint, context) : update(state, command, endpoint, context);
}

Result<Decision> decide(const Service& state, const RemoveService& command, const DecideContext&) {
  if (state.revision() == 0) return not_found(state, command.service_id());
  Decision decision;
  Event event = event_for(state.id());
  event.mutable_service_removed();
  decision.events.push_back(std::move(event));
  for (const std::string& digest : std::set{auth_of(state.spec()), auth_of(state.previous_spec())})
    erase_payload(digest, decision);
  return decision;
}

Result<Decision> progress(const Service& state, const UpdateStatus& status) {
  if (state.revision() == 0) return not_found(state, state.id());
  Decision decision;
  if (!same(status, state.update_status())) decision.events.push_back(progressed(state, status));
  return decision;
}

Result<Decision> roll_back_automatically(const Service& state, const Endpoint& endpoint, const std::string& message,
                                         const DecideContext& context) {
  if (state.revision() == 0) return not_found(state, state.id());
  if (!state.has_previous_spec()) return no_previous(state);
  const std::int64_t began = state.update_status().started_at_ns();
  Decision decision;
  decision.events.push_back(rolled_back(state, endpoint, true));
  decision.events.push_back(progressed(state, rollback_started(began != 0 ? began : context.now.ns, message)));
  if (auth_of(state.spec()) != auth_of(state.previous_spec())) erase_payload(auth_of(state.spec()), decision);
  return decision;
}

void evolve(Service& state, const Event& event, const RecordHead& head) {
  switch (event.body_case()) {
    case Event::kServiceCreated:
      stamp_created(state, event.id(), head);
      return fold(state, event.service_created(), head);
    case Event::kServiceUpdated:
      fold(state, event.service_updated(), head);
      break;
    case Event::kServiceRolledBack:
      fold(state, event.service_rolled_back(), head);
      break;
    case Event::kServiceUpdateProgressed:
      *state.mutable_update_status() = event.service_update_progressed().status();
      break;
    case Event::kServiceRemoved:
      break;
    default:
      CHECK(false, "not an event of a service");
  }
  stamp_changed(state, head);
}

}  // namespace skein::service
