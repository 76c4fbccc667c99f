#include "netmesh/links.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if_addr.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>

#include <array>
#include <cstdio>
#include <vector>

#include "netmesh/names.h"

namespace skein::mesh {
namespace {

std::string mac_bytes(const std::string& text) {
  std::array<unsigned, 6> b{};
  const int read = std::sscanf(text.c_str(), "%x:%x:%x:%x:%x:%x", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5]);
  CHECK(read == 6, "malformed MAC");
  std::string bytes;
  for (const unsigned octet : b) bytes.push_back(static_cast<char>(octet));
  return bytes;
}

std::string mac_text(const nlattr* attribute) {
  if (attribute == nullptr || nla_len(attribute) != 6) return {};
  const auto* b = static_cast<const unsigned char*>(nla_data(attribute));
  return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", b[0], b[1], b[2], b[3], b[4], b[5]);
}

std::string network_order(Ipv4 address) {
  const std::uint32_t raw = htonl(address.value);
  return {reinterpret_cast<const char*>(&raw), sizeof raw};
}

Ipv4 host_order(const nlattr* attribute) {
  return attribute == nullptr || nla_len(attribute) != 4 ? Ipv4{} : Ipv4{ntohl(nla_get_u32(attribute))};
}

int index_in(const nlattr* attribute) { return attribute == nullptr ? 0 : static_cast<int>(nla_get_u32(attribute)); }

void read_kind(nlattr* info, SeenLink& link) {
  std::array<nlattr*, IFLA_INFO_MAX + 1> parts{};
  if (info == nullptr || nla_parse_nested(parts.data(), IFLA_INFO_MAX, info, nullptr) < 0) return;
  if (parts[IFLA_INFO_KIND] != nullptr) link.kind = nla_get_string(parts[IFLA_INFO_KIND]);
  if (parts[IFLA_INFO_SLAVE_DATA] == nullptr || parts[IFLA_INFO_SLAVE_KIND] == nullptr) return;
  if (std::string{nla_get_string(parts[IFLA_INFO_SLAVE_KIND])} != "bridge") return;
  std::array<nlattr*, IFLA_BRPORT_MAX + 1> port{};
  if (nla_parse_nested(port.data(), IFLA_BRPORT_MAX, parts[IFLA_INFO_SLAVE_DATA], nullptr) < 0) return;
  link.forwarding = port[IFLA_BRPORT_STATE] != nullptr && nla_get_u8(port[IFLA_BRPORT_STATE]) == BR_STATE_FORWARDING;
  link.hairpin = port[IFLA_BRPORT_MODE] != nullptr && nla_get_u8(port[IFLA_BRPORT_MODE]) != 0;
}

void read_link(nlmsghdr* header, std::map<std::string, SeenLink>& links) {
  std::array<nlattr*, IFLA_MAX + 1> parts{};
  if (nlmsg_parse(header, sizeof(ifinfomsg), parts.data(), IFLA_MAX, nullptr) < 0 || !parts[IFLA_IFNAME]) return;
  const auto* info = static_cast<const ifinfomsg*>(nlmsg_data(header));
  SeenLink link;
  link.index = info->ifi_index;
  link.up = (info->ifi_flags & IFF_UP) != 0;
  link.peer_index = index_in(parts[IFLA_LINK]);
  link.master_index = index_in(parts[IFLA_MASTER]);
  link.mac = mac_text(parts[IFLA_ADDRESS]);
  read_kind(parts[IFLA_LINKINFO], link);
  links[nla_get_string(parts[IFLA_IFNAME])] = std::move(link);
}

void read_address(nlmsghdr* header, std::map<int, std::set<std::string>>& addresses) {
  std::array<nlattr*, IFA_MAX + 1> parts{};
  if (nlmsg_parse(header, sizeof(ifaddrmsg), parts.data(), IFA_MAX, nullptr) < 0) return;
  const auto* info = static_cast<const ifaddrmsg*>(nlmsg_data(header));
  const nlattr* local = parts[IFA_LOCAL] != nullptr ? parts[IFA_LOCAL] : parts[IFA_ADDRESS];
  const std::string cidr = fmt::format("{}/{}", host_order(local).text(), info->ifa_prefixlen);
  addresses[static_cast<int>(info->ifa_index)].insert(cidr);
}

Message link_message(int type, int flags, int index = 0, bool up = false) {
  ifinfomsg info{};
  info.ifi_family = AF_UNSPEC;
  info.ifi_index = index;
  if (up) info.ifi_flags = info.ifi_change = IFF_UP;
  Message message{type, flags};
  message.header(info);
  return message;
}

Message address_message(int type, int flags, int index, unsigned prefix, Ipv4 address) {
  ifaddrmsg info{};
  info.ifa_family = AF_INET;
  info.ifa_prefixlen = static_cast<unsigned char>(prefix);
  info.ifa_index = static_cast<unsigned>(index);
  Message message{type, flags};
  message.header(info);
  message.put_bytes(IFA_LOCAL, network_order(address)).put_bytes(IFA_ADDRESS, network_order(address));
  return message;
}

Result<void> unless(Errc allowed, Result<void> result) {
  if (!result && result.refusal().code == allowed) return {};
  return result;
}

}  // namespace

Result<Links> Links::open() {
  auto netlink = Netlink::open(NETLINK_ROUTE);
  if (!netlink) return netlink.refusal();
  return Links{*std::move(netlink)};
}

Result<std::map<std::string, SeenLink>> Links::links() {
  std::map<std::string, SeenLink> links;
  const auto dumped = netlink_.dump(link_message(RTM_GETLINK, NLM_F_DUMP), [&](nlmsghdr* h) { read_link(h, links); });
  if (!dumped) return dumped.refusal();
  std::map<int, std::set<std::string>> addresses;
  ifaddrmsg info{};
  info.ifa_family = AF_INET;
  Message ask{RTM_GETADDR, NLM_F_DUMP};
  ask.header(info);
  const auto read = netlink_.dump(ask, [&](nlmsghdr* h) { read_address(h, addresses); });
  if (!read) return read.refusal();
  for (auto& [name, link] : links) link.addresses = addresses[link.index];
  return links;
}

Result<std::vector<Route>> Links::routes() {
  std::vector<Route> routes;
  rtmsg info{};
  info.rtm_family = AF_INET;
  Message ask{RTM_GETROUTE, NLM_F_DUMP};
  ask.header(info);
  const auto read = netlink_.dump(ask, [&](nlmsghdr* header) {
    std::array<nlattr*, RTA_MAX + 1> parts{};
    if (nlmsg_parse(header, sizeof(rtmsg), parts.data(), RTA_MAX, nullptr) < 0) return;
    const auto* seen = static_cast<const rtmsg*>(nlmsg_data(header));
    if (seen->rtm_table != RT_TABLE_MAIN) return;
    const Subnet destination = Subnet::around(host_order(parts[RTA_DST]), seen->rtm_dst_len);
    routes.push_back({destination, host_order(parts[RTA_GATEWAY]), index_in(parts[RTA_OIF])});
  });
  if (!read) return read.refusal();
  return routes;
}

Result<void> Links::make_bridge(const std::string& name) {
  Message message = link_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  message.put(IFLA_IFNAME, name).nest(IFLA_LINKINFO, [](Message& m) { m.put(IFLA_INFO_KIND, "bridge"); });
  return unless(Errc::already_exists, netlink_.request(message));
}

Result<void> Links::make_veth(const VethPair& pair) {
  Message message = link_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  message.put(IFLA_IFNAME, pair.outside).put(IFLA_IFALIAS, pair.alias);
  const auto peer = [&](Message& m) {
    m.header(ifinfomsg{});
    m.put(IFLA_IFNAME, pair.inside).put_bytes(IFLA_ADDRESS, mac_bytes(pair.inside_mac));
    m.put_u32(IFLA_NET_NS_FD, static_cast<std::uint32_t>(pair.inside_netns));
  };
  message.nest(IFLA_LINKINFO, [&](Message& m) {
    m.put(IFLA_INFO_KIND, "veth");
    m.nest(IFLA_INFO_DATA, [&](Message& data) { data.nest(VETH_INFO_PEER, peer); });
  });
  return netlink_.request(message);
}

Result<void> Links::remove(const std::string& name) {
  Message message = link_message(RTM_DELLINK, 0);
  message.put(IFLA_IFNAME, name);
  return unless(Errc::not_found, netlink_.request(message));
}

Result<void> Links::remove_all(const std::vector<std::string>& names) {
  if (names.size() == 1) return remove(names[0]);
  for (const std::string& name : names) {
    Message mark = link_message(RTM_NEWLINK, 0);
    mark.put(IFLA_IFNAME, name).put_u32(IFLA_GROUP, kDoomedGroup);
    if (auto marked = unless(Errc::not_found, netlink_.request(mark)); !marked) return marked;
  }
  Message message = link_message(RTM_DELLINK, 0);
  message.put_u32(IFLA_GROUP, kDoomedGroup);
  return unless(Errc::not_found, netlink_.request(message));
}

Result<void> Links::set_up(const std::string& name) {
  Message message = link_message(RTM_NEWLINK, 0, 0, true);
  message.put(IFLA_IFNAME, name);
  return netlink_.request(message);
}

Result<void> Links::set_mac(const std::string& name, const std::string& mac) {
  Message message = link_message(RTM_NEWLINK, 0);
  message.put(IFLA_IFNAME, name).put_bytes(IFLA_ADDRESS, mac_bytes(mac));
  return netlink_.request(message);
}

// Joining first: hairpin mode belongs to the port, which exists only as part of a bridge.
Result<void> Links::attach(const std::string& name, int bridge_index) {
  Message join = link_message(RTM_NEWLINK, 0);
  join.put(IFLA_IFNAME, name).put_u32(IFLA_MASTER, static_cast<std::uint32_t>(bridge_index));
  if (auto joined = netlink_.request(join); !joined) return joined;
  Message raise = link_message(RTM_NEWLINK, 0, 0, true);
  raise.put(IFLA_IFNAME, name).nest(IFLA_LINKINFO, [](Message& m) {
    m.put(IFLA_INFO_SLAVE_KIND, "bridge");
    m.nest(IFLA_INFO_SLAVE_DATA, [](Message& data) { data.put_u8(IFLA_BRPORT_MODE, 1); });
  });
  return netlink_.request(raise);
}

Result<void> Links::add_address(int index, const Subnet& subnet, Ipv4 address) {
  Message message = address_message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, index, subnet.prefix, address);
  message.put_bytes(IFA_BROADCAST, network_order(subnet.broadcast()));
  return unless(Errc::already_exists, netlink_.request(message));
}

Result<void> Links::remove_address(int index, const std::string& cidr) {
  const auto slash = cidr.find('/');
  const auto address = Ipv4::parse(cidr.substr(0, slash));
  if (!address) return address.refusal();
  const auto prefix = static_cast<unsigned>(std::stoul(cidr.substr(slash + 1)));
  const auto removed = netlink_.request(address_message(RTM_DELADDR, 0, index, prefix, *address));
  if (!removed && removed.refusal().code == Errc::not_found) return {};
  return removed;
}

Result<void> Links::set_default_route(int index, Ipv4 gateway) {
  rtmsg info{};
  info.rtm_family = AF_INET;
  info.rtm_table = RT_TABLE_MAIN;
  info.rtm_protocol = RTPROT_STATIC;
  info.rtm_scope = RT_SCOPE_UNIVERSE;
  info.rtm_type = RTN_UNICAST;
  Message message{RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE};
  message.header(info)
      .put_bytes(RTA_GATEWAY, network_order(gateway))
      .put_u32(RTA_OIF, static_cast<std::uint32_t>(index));
  return netlink_.request(message);
}

Result<int> Links::index_of(const std::string& name) const {
  const unsigned index = ::if_nametoindex(name.c_str());
  if (index == 0) return Refusal{Errc::not_found, fmt::format("no interface {}", name)};
  return static_cast<int>(index);
}

}  // namespace skein::mesh
