#include "netmesh/hands.h"

namespace skein::mesh {

Result<std::unique_ptr<Hands>> open_hands(const std::string& netns_folder, const std::string& memory_path) {
  auto links = Links::open();
  if (!links) return links.refusal();
  auto nft = Nft::open();
  if (!nft) return nft.refusal();
  auto flows = Flows::open();
  if (!flows) return flows.refusal();
  auto listeners = Listeners::open();
  if (!listeners) return listeners.refusal();
  return std::unique_ptr<Hands>{new Hands{*std::move(links),
                                          *std::move(nft),
                                          *std::move(flows),
                                          *std::move(listeners),
                                          Sandboxes{netns_folder},
                                          memory_path,
                                          {}}};
}

}  // namespace skein::mesh
