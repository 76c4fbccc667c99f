#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <memory>

#include "runtime/node/host_facts.h"

namespace skein {
namespace {

struct Found {
  std::string address, interface;
};

std::vector<Found> global_addresses() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner{list, &freeifaddrs};
  std::vector<Found> found;
  for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr || at->ifa_addr->sa_family != AF_INET) continue;
    if ((at->ifa_flags & IFF_LOOPBACK) != 0 || (at->ifa_flags & IFF_UP) == 0) continue;
    char text[INET_ADDRSTRLEN];
    const auto* address = reinterpret_cast<const sockaddr_in*>(at->ifa_addr);
    if (inet_ntop(AF_INET, &address->sin_addr, text, sizeof text) != nullptr) found.push_back({text, at->ifa_name});
  }
  return found;
}

bool is_ip(const std::string& text) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, text.c_str(), bytes) == 1 || inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

std::string without_port(const std::string& typed) {
  const auto colon = typed.rfind(':');
  return colon != std::string::npos && typed.find(':') == colon ? typed.substr(0, colon) : typed;
}

}  // namespace

Result<std::string> choose_address(const std::vector<std::string>& not_on) {
  std::vector<Found> found = global_addresses();
  std::erase_if(found, [&](const Found& one) {
    return std::find(not_on.begin(), not_on.end(), one.interface) != not_on.end() || one.interface.starts_with("sk") ||
           one.interface.starts_with("docker");
  });
  if (found.empty())
    return Refusal{Errc::invalid, "could not find the system's IP address - specify one with --advertise-addr"};
  const auto other = std::find_if(found.begin(), found.end(),
                                  [&](const Found& one) { return one.interface != found.front().interface; });
  if (other != found.end())
    return Refusal{Errc::invalid,
                   "could not choose an IP address to advertise since this system has multiple addresses on different "
                   "interfaces (" +
                       found.front().address + " on " + found.front().interface + " and " + other->address + " on " +
                       other->interface + ") - specify one with --advertise-addr"};
  return found.front().address;
}

Result<std::string> resolve_address(const std::string& typed, const std::vector<std::string>& not_on) {
  if (typed.empty()) return choose_address(not_on);
  const std::string name = without_port(typed);
  if (is_ip(name)) {
    if (name == "0.0.0.0" || name == "::") return choose_address(not_on);
    return name;
  }
  for (const Found& one : global_addresses())
    if (one.interface == name) return one.address;
  return Refusal{Errc::invalid,
                 "advertise address must be a non-zero IP address or network interface (with optional "
                 "port number); '" +
                     typed + "' is neither"};
}

}  // namespace skein
