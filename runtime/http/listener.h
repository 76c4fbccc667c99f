// Listening sockets: the engine's unix socket and, if wanted, a loopback port. Any thread.
#pragma once
#include <cstdint>
#include <string>

#include "events/base/result.h"

namespace skein {

// Mode 0660, owner root, group `docker` if there is one. A stale socket file is replaced; a live one is refused.
Result<int> listen_unix(const std::string& path);
// On 127.0.0.1; port 0 takes any. Never on other addresses: this interface knows no users.
Result<int> listen_loopback(std::uint16_t port);
Result<std::uint16_t> port_of(int fd);

}  // namespace skein
