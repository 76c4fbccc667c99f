#include "netmesh/hands.h"

#include "netmesh/names.h"

namespace skein::mesh {

Result<std::unique_ptr<Hands>> open_hands(const std::string& netns_folder, const std::string& memory_path) {
  auto links = Links::open();
  if (!links) return links.refusal();
  auto nft_ip = Nft::open(kIpFamily);
  if (!nft_ip) return nft_ip.refusal();
  auto nft_bridge = Nft::open(kBridgeFamily);
  if (!nft_bridge) return nft_bridge.refusal();
  auto flows = Flows::open();
  if (!flows) return flows.refusal();
  auto listeners = Listeners::open();
  if (!listeners) return listeners.refusal();
  return std::unique_ptr<Hands>{new Hands{*std::move(links),
                                          *std::move(nft_ip),
                                          *std::move(nft_bridge),
                                          *std::move(flows),
                                          *std::move(listeners),
                                          Sandboxes{netns_folder},
                                          memory_path,
                                          {}}};
}

}  // namespace skein::mesh
