#include "netmesh/flows.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include <array>
#include <string>
#include <vector>

#include "netmesh/rules.h"

namespace skein::mesh {
namespace {

struct Tuple {
  Ipv4 source;
  Ipv4 destination;
  int protocol = 0;
  std::uint16_t destination_port = 0;
};

// What the kernel needs to find one entry again, as it told us.
struct Entry {
  std::string original;
  std::string id;
  std::string zone;
};

std::string bytes_of(const nlattr* attribute) {
  if (attribute == nullptr) return {};
  return {static_cast<const char*>(nla_data(attribute)), static_cast<std::size_t>(nla_len(attribute))};
}

Ipv4 address_in(const nlattr* attribute) { return attribute ? Ipv4{ntohl(nla_get_u32(attribute))} : Ipv4{}; }

Tuple tuple_in(nlattr* attribute) {
  Tuple tuple;
  std::array<nlattr*, CTA_TUPLE_MAX + 1> parts{};
  std::array<nlattr*, CTA_IP_MAX + 1> ip{};
  std::array<nlattr*, CTA_PROTO_MAX + 1> proto{};
  if (attribute == nullptr || nla_parse_nested(parts.data(), CTA_TUPLE_MAX, attribute, nullptr) < 0) return tuple;
  if (parts[CTA_TUPLE_IP] && nla_parse_nested(ip.data(), CTA_IP_MAX, parts[CTA_TUPLE_IP], nullptr) == 0) {
    tuple.source = address_in(ip[CTA_IP_V4_SRC]);
    tuple.destination = address_in(ip[CTA_IP_V4_DST]);
  }
  if (parts[CTA_TUPLE_PROTO] && nla_parse_nested(proto.data(), CTA_PROTO_MAX, parts[CTA_TUPLE_PROTO], nullptr) == 0) {
    if (proto[CTA_PROTO_NUM]) tuple.protocol = nla_get_u8(proto[CTA_PROTO_NUM]);
    if (proto[CTA_PROTO_DST_PORT]) tuple.destination_port = ntohs(nla_get_u16(proto[CTA_PROTO_DST_PORT]));
  }
  return tuple;
}

bool is_chosen(const Tuple& original, const Tuple& reply, const FlowChoice& choice) {
  if (choice.tasks.contains(original.source) || choice.tasks.contains(reply.source)) return true;
  if (reply.source != original.destination) return false;  // translated: it found a task
  for (const PortKey& port : choice.ports) {
    if (port.number == original.destination_port && protocol_number(port.protocol) == original.protocol) return true;
  }
  return false;
}

Message flow_message(int type, int flags) {
  nfgenmsg header{};
  header.nfgen_family = AF_INET;
  header.version = NFNETLINK_V0;
  Message message{(NFNL_SUBSYS_CTNETLINK << 8) | type, flags};
  message.header(header);
  return message;
}

Message deletion(const Entry& entry) {
  Message message = flow_message(IPCTNL_MSG_CT_DELETE, 0);
  message.put_bytes(CTA_TUPLE_ORIG | NLA_F_NESTED, entry.original);
  if (!entry.id.empty()) message.put_bytes(CTA_ID, entry.id);
  if (!entry.zone.empty()) message.put_bytes(CTA_ZONE, entry.zone);
  return message;
}

}  // namespace

Result<Flows> Flows::open() {
  auto netlink = Netlink::open(NETLINK_NETFILTER);
  if (!netlink) return netlink.refusal();
  return Flows{*std::move(netlink)};
}

Result<void> Flows::forget(const FlowChoice& choice) {
  std::vector<Entry> entries;
  const auto listed = netlink_.dump(flow_message(IPCTNL_MSG_CT_GET, NLM_F_DUMP), [&](nlmsghdr* header) {
    std::array<nlattr*, CTA_MAX + 1> parts{};
    if (nlmsg_parse(header, sizeof(nfgenmsg), parts.data(), CTA_MAX, nullptr) < 0) return;
    if (!is_chosen(tuple_in(parts[CTA_TUPLE_ORIG]), tuple_in(parts[CTA_TUPLE_REPLY]), choice)) return;
    entries.push_back({bytes_of(parts[CTA_TUPLE_ORIG]), bytes_of(parts[CTA_ID]), bytes_of(parts[CTA_ZONE])});
  });
  if (!listed) return listed;
  for (const Entry& entry : entries) {
    const auto deleted = netlink_.request(deletion(entry));
    if (!deleted && deleted.refusal().code != Errc::not_found) return deleted;
  }
  return {};
}

}  // namespace skein::mesh
