// ContainerSpec between Docker's JSON and protobuf, both ways. See service_spec_json.h. Pure; any thread.
#pragma once
#include "events/proto/types.pb.h"
#include "runtime/api/json_out.h"
#include "runtime/api/json_reader.h"

namespace skein {

ContainerSpec container_spec_from_json(const JsonReader& from);
Json container_spec_to_json(const ContainerSpec& spec);

Mount mount_from_json(const JsonReader& from);
Json mount_to_json(const Mount& mount);
HealthConfig health_from_json(const JsonReader& from);
Json health_to_json(const HealthConfig& health);

}  // namespace skein
