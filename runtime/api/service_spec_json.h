// ServiceSpec between Docker's JSON and protobuf, both ways (API v1.47; moby daemon/cluster/convert/service.go).
//
// Reading ignores unknown fields and remembers the first wrong one in the reader's fault. Writing gives what was
// written: unset stays absent, so that reading back what was written changes nothing. Not carried, because the domain
// has no field for them: tmpfs Options, bind ReadOnlyNonRecursive/ReadOnlyForceRecursive, plugin and attachment specs.
// The credential (PullOptions) is never written out. Pure; any thread.
#pragma once
#include "events/proto/types.pb.h"
#include "runtime/api/json_out.h"
#include "runtime/api/json_reader.h"

namespace skein {

ServiceSpec service_spec_from_json(const JsonReader& from);
Json service_spec_to_json(const ServiceSpec& spec);
Json task_spec_to_json(const TaskSpec& spec, bool with_runtime = true);

// Parts others show as well.
Json port_to_json(const PortConfig& port);
Json ports_to_json(const google::protobuf::RepeatedPtrField<PortConfig>& ports);
Json endpoint_spec_to_json(const EndpointSpec& spec);
Json generic_resources_to_json(const google::protobuf::RepeatedPtrField<GenericResource>& resources);
LogDriver log_driver_from_json(const JsonReader& from);
Json log_driver_to_json(const LogDriver& driver);

// What `insertDefaults=true` fills in (swarmkit api/defaults/service.go).
void insert_defaults(ServiceSpec& spec);

}  // namespace skein
