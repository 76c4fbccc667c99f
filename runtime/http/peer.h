// Who is at the other end of a socket, from the kernel (SO_PEERCRED). Any thread.
#pragma once
#include "runtime/http/message.h"

namespace skein {

// "root (uid 0)", "uid 4711" for an unknown user, "tcp client" for anything but a unix socket.
Peer peer_of(int fd);

}  // namespace skein
