#include "runtime/images/registry_trust.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>

namespace skein::images {
namespace {

using Address = std::vector<std::uint8_t>;  // 4 or 16 bytes

std::string host_of(const std::string& domain) {
  if (domain.starts_with('[')) return domain.substr(1, domain.find(']') - 1);
  return domain.substr(0, domain.find(':'));
}

std::optional<Address> parse_address(const std::string& text) {
  Address bytes(4);
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return bytes;
  bytes.resize(16);
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return bytes;
  return std::nullopt;
}

Address bytes_of(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in*>(&address)->sin_addr);
    return {v4, v4 + 4};
  }
  const auto* v6 = reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr);
  return {v6, v6 + 16};
}

std::vector<Address> look_up(const std::string& host) {
  if (auto literal = parse_address(host)) return {*literal};
  addrinfo* found = nullptr;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {};
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned{found, ::freeaddrinfo};
  std::vector<Address> addresses;
  for (const addrinfo* at = found; at; at = at->ai_next) {
    if (at->ai_family == AF_INET || at->ai_family == AF_INET6) addresses.push_back(bytes_of(*at->ai_addr));
  }
  return addresses;
}

bool is_within(const Address& address, const std::string& cidr) {
  const std::size_t slash = cidr.find('/');
  const auto network = parse_address(cidr.substr(0, slash));
  unsigned bits = 0;
  const char* end = cidr.data() + cidr.size();
  if (!network || network->size() != address.size()) return false;
  if (std::from_chars(cidr.data() + slash + 1, end, bits).ptr != end || bits > address.size() * 8) return false;
  for (unsigned bit = 0; bit < bits; ++bit) {
    const unsigned shift = 7 - bit % 8;
    if (((address[bit / 8] ^ (*network)[bit / 8]) >> shift & 1U) != 0) return false;
  }
  return true;
}

}  // namespace

bool is_insecure_registry(const std::string& domain, const std::vector<std::string>& listed) {
  const std::string host = host_of(domain);
  if (host == "localhost") return true;
  if (const auto literal = parse_address(host)) {
    if (is_within(*literal, "127.0.0.0/8") || is_within(*literal, "::1/128")) return true;
  }
  if (std::find(listed.begin(), listed.end(), domain) != listed.end()) return true;
  const auto is_cidr = [](const std::string& entry) { return entry.find('/') != std::string::npos; };
  if (std::none_of(listed.begin(), listed.end(), is_cidr)) return false;
  for (const auto& address : look_up(host)) {
    const auto holds = [&](const std::string& entry) { return is_cidr(entry) && is_within(address, entry); };
    if (std::any_of(listed.begin(), listed.end(), holds)) return true;
  }
  return false;
}

}  // namespace skein::images
