// Everything the mesh touches the node with, opened once in one network namespace and shared by reader and applier.
//
// Not thread-safe; all sockets stay in the namespace of the thread that called open(), and sysctls are read and written
// from the calling thread, so that thread must not move to another namespace afterwards.
#pragma once
#include <memory>
#include <string>

#include "events/base/result.h"
#include "netmesh/flows.h"
#include "netmesh/links.h"
#include "netmesh/listeners.h"
#include "netmesh/namespace_thread.h"
#include "netmesh/nft.h"
#include "netmesh/sandboxes.h"

namespace skein::mesh {

struct Hands {
  Links links;
  Nft nft_ip;
  Nft nft_bridge;
  Flows flows;
  Listeners listeners;
  Sandboxes sandboxes;
  std::string memory_path;
  NamespaceThread thread;
};

Result<std::unique_ptr<Hands>> open_hands(const std::string& netns_folder, const std::string& memory_path);

}  // namespace skein::mesh
