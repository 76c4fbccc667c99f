// The service aggregate: what is to run, in one current and at most one previous spec.
//
//   CreateService -> ServiceCreated
//   UpdateService -> ServiceUpdated | ServiceRolledBack, ServiceUpdateProgressed (rollback_started)
//   RemoveService -> ServiceRemoved
//   (roll-out)    ServiceUpdateProgressed | ServiceRolledBack{automatic}
//
// The caller hands in the Endpoint: the spec's ports with numbers chosen and conflicts refused, and the virtual
// addresses. target_spec() says which spec it must be resolved for.
//
// Versions: spec_version is the index of the record that set `spec`, also for a rollback; whether a task must be
// replaced is decided by comparing specs (service_dirty.h), so a version that moved costs nothing by itself.
// An update always moves it, even to an equal spec: Docker does, and `--force` counts on a new revision.
// A user's rollback swaps spec and previous spec, so two of them cancel out; an automatic one forgets the failed spec.
// Registry credentials are detached payloads; a spec that arrives cannot name one. They are erased when no spec of
// the service names them any more.
// Not here: unique names and ports (the directory), roll-out (actors/plan), references to secrets, configs and networks
// (checked by the directory). Source: swarmkit manager/controlapi/service.go, swarm-features 3 and 6. Pure: any thread.
#pragma once
#include <string>

#include "events/domain/decision.h"
#include "events/proto/commands.pb.h"
#include "events/proto/state.pb.h"

namespace skein::service {

bool is_global(const ServiceSpec& spec);      // global service or global job
bool is_replicated(const ServiceSpec& spec);  // replicated service (a spec without a mode is one) or replicated job
bool is_job(const ServiceSpec& spec);

// The networks the tasks attach to: the task's list, else the legacy one of the service.
const google::protobuf::RepeatedPtrField<NetworkAttachmentConfig>& networks(const ServiceSpec& spec);

// The spec that `command` would make current: the one to resolve the endpoint for.
const ServiceSpec& target_spec(const Service& state, const UpdateService& command);

// REQUIRES state.id preset. Refused: exists already; spec invalid (service_spec.h).
Result<Decision> decide(const Service& state, const CreateService& command, const Endpoint& endpoint,
                        const DecideContext& context);
// Refused: not found; spec invalid; rename; mode change; no previous spec; revision moved on.
Result<Decision> decide(const Service& state, const UpdateService& command, const Endpoint& endpoint,
                        const DecideContext& context);
Result<Decision> decide(const Service& state, const RemoveService& command, const DecideContext& context);

// How far the roll-out is. Nothing if `status` is what the service shows already.
Result<Decision> progress(const Service& state, const UpdateStatus& status);
// The roll-out failed and its action is rollback. Refused: there is no previous spec.
Result<Decision> roll_back_automatically(const Service& state, const Endpoint& endpoint, const std::string& message,
                                         const DecideContext& context);

void evolve(Service& state, const Event& event, const RecordHead& head);

}  // namespace skein::service
