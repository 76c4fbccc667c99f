#include "runtime/api/enum_names.h"

#include <strings.h>

#include <array>
#include <utility>

namespace skein {
namespace {

template <class Enum, std::size_t n>
using Names = std::array<std::pair<Enum, const char*>, n>;

constexpr Names<NodeRole, 2> kRoles{{{WORKER, "worker"}, {MANAGER, "manager"}}};
constexpr Names<NodeSpec::Availability, 3> kAvailabilities{
    {{NodeSpec::ACTIVE, "active"}, {NodeSpec::PAUSE, "pause"}, {NodeSpec::DRAIN, "drain"}}};
constexpr Names<NodeStatus::State, 4> kNodeStates{{{NodeStatus::UNKNOWN, "unknown"},
                                                   {NodeStatus::DOWN, "down"},
                                                   {NodeStatus::READY, "ready"},
                                                   {NodeStatus::DISCONNECTED, "disconnected"}}};
constexpr Names<UpdateStatus::State, 7> kUpdateStates{{{UpdateStatus::NONE, ""},
                                                       {UpdateStatus::UPDATING, "updating"},
                                                       {UpdateStatus::PAUSED, "paused"},
                                                       {UpdateStatus::COMPLETED, "completed"},
                                                       {UpdateStatus::ROLLBACK_STARTED, "rollback_started"},
                                                       {UpdateStatus::ROLLBACK_PAUSED, "rollback_paused"},
                                                       {UpdateStatus::ROLLBACK_COMPLETED, "rollback_completed"}}};
constexpr Names<UpdateConfig::FailureAction, 3> kFailureActions{
    {{UpdateConfig::PAUSE, "pause"}, {UpdateConfig::CONTINUE, "continue"}, {UpdateConfig::ROLLBACK, "rollback"}}};
constexpr Names<UpdateConfig::Order, 2> kOrders{
    {{UpdateConfig::STOP_FIRST, "stop-first"}, {UpdateConfig::START_FIRST, "start-first"}}};
constexpr Names<RestartPolicy::Condition, 3> kConditions{
    {{RestartPolicy::ANY, "any"}, {RestartPolicy::ON_FAILURE, "on-failure"}, {RestartPolicy::NONE, "none"}}};
constexpr Names<EndpointSpec::Mode, 2> kEndpointModes{{{EndpointSpec::VIP, "vip"}, {EndpointSpec::DNSRR, "dnsrr"}}};
constexpr Names<PortConfig::Protocol, 3> kProtocols{
    {{PortConfig::TCP, "tcp"}, {PortConfig::UDP, "udp"}, {PortConfig::SCTP, "sctp"}}};
constexpr Names<PortConfig::PublishMode, 2> kPublishModes{
    {{PortConfig::INGRESS, "ingress"}, {PortConfig::HOST, "host"}}};
constexpr Names<Mount::Type, 6> kMountTypes{{{Mount::BIND, "bind"},
                                             {Mount::VOLUME, "volume"},
                                             {Mount::TMPFS, "tmpfs"},
                                             {Mount::NPIPE, "npipe"},
                                             {Mount::CLUSTER, "cluster"},
                                             {Mount::IMAGE, "image"}}};

template <class Enum, std::size_t n>
std::string_view look_up(const Names<Enum, n>& names, Enum value) {
  for (const auto& [each, name] : names)
    if (each == value) return name;
  return "unknown";  // a value of a newer node
}

template <class Enum, std::size_t n>
Enum read(const Names<Enum, n>& names, const JsonReader& from, const char* key, const char* complaint) {
  const std::string text = from.text(key);
  if (text.empty()) return names.front().first;
  for (const auto& [value, name] : names)
    if (strcasecmp(name, text.c_str()) == 0) return value;
  from.complain(std::string{complaint} + "\"" + text + "\"");
  return names.front().first;
}

}  // namespace

std::string_view name_of(NodeRole role) { return look_up(kRoles, role); }
std::string_view name_of(NodeSpec::Availability availability) { return look_up(kAvailabilities, availability); }
std::string_view name_of(NodeStatus::State state) { return look_up(kNodeStates, state); }
std::string_view name_of(UpdateStatus::State state) { return look_up(kUpdateStates, state); }
std::string_view name_of(UpdateConfig::FailureAction action) { return look_up(kFailureActions, action); }
std::string_view name_of(UpdateConfig::Order order) { return look_up(kOrders, order); }
std::string_view name_of(RestartPolicy::Condition condition) { return look_up(kConditions, condition); }
std::string_view name_of(EndpointSpec::Mode mode) { return look_up(kEndpointModes, mode); }
std::string_view name_of(PortConfig::Protocol protocol) { return look_up(kProtocols, protocol); }
std::string_view name_of(PortConfig::PublishMode mode) { return look_up(kPublishModes, mode); }
std::string_view name_of(Mount::Type type) { return look_up(kMountTypes, type); }

NodeRole read_role(const JsonReader& from, const char* key) { return read(kRoles, from, key, "invalid Role: "); }
NodeSpec::Availability read_availability(const JsonReader& from, const char* key) {
  return read(kAvailabilities, from, key, "invalid Availability: ");
}
UpdateConfig::FailureAction read_failure_action(const JsonReader& from, const char* key) {
  return read(kFailureActions, from, key, "unrecognized update failure action ");
}
UpdateConfig::Order read_order(const JsonReader& from, const char* key) {
  return read(kOrders, from, key, "unrecognized update order ");
}
RestartPolicy::Condition read_condition(const JsonReader& from, const char* key) {
  return read(kConditions, from, key, "invalid RestartCondition: ");
}
EndpointSpec::Mode read_endpoint_mode(const JsonReader& from, const char* key) {
  return read(kEndpointModes, from, key, "invalid EndpointSpec mode: ");
}
PortConfig::Protocol read_protocol(const JsonReader& from, const char* key) {
  return read(kProtocols, from, key, "invalid port protocol: ");
}
PortConfig::PublishMode read_publish_mode(const JsonReader& from, const char* key) {
  return read(kPublishModes, from, key, "invalid port publish mode: ");
}
Mount::Type read_mount_type(const JsonReader& from, const char* key) {
  return read(kMountTypes, from, key, "invalid MountType: ");
}

}  // namespace skein
