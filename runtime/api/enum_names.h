// Docker's words for our enums, both ways. Reading is without regard to case where Docker's is; an unknown word is a
// refusal in Docker's text, the empty word the default. Pure; any thread.
#pragma once
#include <string>
#include <string_view>

#include "events/proto/state.pb.h"
#include "runtime/api/json_reader.h"

namespace skein {

std::string_view name_of(NodeRole role);
std::string_view name_of(NodeSpec::Availability availability);
std::string_view name_of(NodeStatus::State state);
std::string_view name_of(UpdateStatus::State state);  // "" for NONE
std::string_view name_of(UpdateConfig::FailureAction action);
std::string_view name_of(UpdateConfig::Order order);
std::string_view name_of(RestartPolicy::Condition condition);
std::string_view name_of(EndpointSpec::Mode mode);
std::string_view name_of(PortConfig::Protocol protocol);
std::string_view name_of(PortConfig::PublishMode mode);
std::string_view name_of(Mount::Type type);

NodeRole read_role(const JsonReader& from, const char* key);
NodeSpec::Availability read_availability(const JsonReader& from, const char* key);
UpdateConfig::FailureAction read_failure_action(const JsonReader& from, const char* key);
UpdateConfig::Order read_order(const JsonReader& from, const char* key);
RestartPolicy::Condition read_condition(const JsonReader& from, const char* key);
EndpointSpec::Mode read_endpoint_mode(const JsonReader& from, const char* key);
PortConfig::Protocol read_protocol(const JsonReader& from, const char* key);
PortConfig::PublishMode read_publish_mode(const JsonReader& from, const char* key);
Mount::Type read_mount_type(const JsonReader& from, const char* key);

}  // namespace skein
