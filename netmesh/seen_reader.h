// Reads the node's kernel into a Seen: links, namespaces, rules, settings, listeners. Writes nothing.
//
// What cannot be read fails the whole reading (Errc::fault): planning on half a picture would remove what is right.
// One exception: a sandbox that cannot be entered is seen as not bound, and so made anew.
#pragma once
#include "actors/ports/network_plane.h"
#include "events/base/result.h"
#include "netmesh/seen.h"

namespace skein::mesh {

struct Hands;

// `wanted` says which sysctls of which sandbox are of interest.
Result<Seen> read_kernel(Hands& hands, const WantedNetwork& wanted, const Memory& memory);

}  // namespace skein::mesh
