#include "netmesh/listeners.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace skein::mesh {
namespace {

Message question(int family, PortConfig::Protocol protocol) {
  inet_diag_req_v2 ask{};
  ask.sdiag_family = static_cast<unsigned char>(family);
  ask.sdiag_protocol = protocol == PortConfig::UDP ? IPPROTO_UDP : IPPROTO_TCP;
  // The kernel shows an unconnected UDP socket in state "close".
  ask.idiag_states = 1U << (protocol == PortConfig::UDP ? TCP_CLOSE : TCP_LISTEN);
  Message message{SOCK_DIAG_BY_FAMILY, NLM_F_DUMP};
  message.header(ask);
  return message;
}

}  // namespace

Result<Listeners> Listeners::open() {
  auto netlink = Netlink::open(NETLINK_SOCK_DIAG);
  if (!netlink) return netlink.refusal();
  return Listeners{*std::move(netlink)};
}

Result<std::set<PortKey>> Listeners::read() {
  std::set<PortKey> held;
  for (const auto protocol : {PortConfig::TCP, PortConfig::UDP}) {
    for (const int family : {AF_INET, AF_INET6}) {
      const auto listed = netlink_.dump(question(family, protocol), [&](nlmsghdr* header) {
        const auto* socket = static_cast<const inet_diag_msg*>(nlmsg_data(header));
        held.insert({protocol, ntohs(socket->id.idiag_sport)});
      });
      if (!listed) return listed.refusal();
    }
  }
  return held;
}

}  // namespace skein::mesh
