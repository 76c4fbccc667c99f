// FakePlane: a network that is as it is wanted at once, unless told of problems. For one thread.
#pragma once
#include <string>
#include <vector>

#include "actors/ports/network_plane.h"

namespace skein::test {

class FakePlane final : public NetworkPlane {
 public:
  Result<NetworkSeen> apply(const WantedNetwork& network) override;
  Result<BridgeInfo> bridge() const override { return BridgeInfo{"docker_gwbridge", "172.18.0.0/16", "172.18.0.1"}; }
  Result<void> clear() override { return {}; }

  const WantedSandbox* wanted(const std::string& task) const;  // as of the last apply; nullptr: it is not

  std::vector<WantedNetwork> applied;
  std::vector<std::string> problems;  // what the next applies report; sandboxes are not made then
  std::string refuse;                 // why everything fails; empty: it does not
};

}  // namespace skein::test
