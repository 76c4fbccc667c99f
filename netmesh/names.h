// Names by which kernel objects are known as ours, and the one place that makes them.
//
//   skgwbridge      the egress bridge; users see it as docker_gwbridge (whose own name is Docker's, and may be in use)
//   skt<12 of id>   outside end of a task's veth pair; 12 base36 digits of a random id are 62 bits
//   eth0            its inside end, in the task's namespace
//   table skein     every nftables rule: family ip, and family bridge for what passes between ports of the bridge
// Linux allows 15 bytes for an interface name. Overlay objects will take other third letters (skb..., skx...).
#pragma once
#include <string>
#include <string_view>

#include "events/base/ids.h"
#include "netmesh/ipv4.h"

namespace skein::mesh {

inline constexpr char kBridgeLink[] = "skgwbridge";
inline constexpr char kBridgeNetworkName[] = "docker_gwbridge";
inline constexpr char kLegLink[] = "eth0";
inline constexpr char kTaskLinkPrefix[] = "skt";
inline constexpr char kTable[] = "skein";
inline constexpr char kIpFamily[] = "ip";
inline constexpr char kBridgeFamily[] = "bridge";

// Link group in which links wait to be removed together.
inline constexpr unsigned kDoomedGroup = 0x736b6e;

// Marks from 0x100 are ours. This one: between two tasks of the bridge, by way of a published port.
inline constexpr unsigned kHairpinMark = 0x100;

std::string task_link_name(const TaskId& task);
bool is_task_link_name(std::string_view link);

// Task ids become file and interface names: letters, digits, '-' and '_' only, at most 64.
bool is_usable_task_id(const TaskId& task);

// 02:42 and the four octets, as Docker: a reused address never meets a stale neighbour entry.
std::string mac_of(Ipv4 address);

}  // namespace skein::mesh
