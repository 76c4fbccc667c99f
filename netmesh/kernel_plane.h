// KernelPlane: the NetworkPlane of a real node. See actors/ports/network_plane.h for the contract, plan.h for the
// thinking.
//
//   apply: read kernel -> plan -> carry out -> read back -> what is still to be done are problems, retried next time
//
// Everything lives in the network namespace of the thread that calls open() (that thread must also make the other
// calls, or be in the same namespace), in namespaces bound to files under <exec_root>/netns, and in one file
// <data_root>/network.json. Several daemons with different namespaces and roots share a machine without meeting.
// Needs CAP_NET_ADMIN and CAP_SYS_ADMIN. One thread at a time; blocks for the length of the kernel's work.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actors/ports/network_plane.h"
#include "events/base/result.h"

namespace skein {

namespace mesh {
struct Plan;
struct Seen;
}  // namespace mesh

class KernelPlane final : public NetworkPlane {
 public:
  struct Options {
    std::string exec_root;
    std::string data_root;
    std::vector<std::string> bridge_subnet_pool;  // CIDRs, first that is free; empty: Docker's default pools
  };

  static Result<std::unique_ptr<KernelPlane>> open(Options options);
  ~KernelPlane() override;

  Result<NetworkSeen> apply(const WantedNetwork& wanted) override;
  Result<BridgeInfo> bridge() const override;  // known from open() on, also before the bridge is made
  // Leaves net.ipv4.ip_forward as it is: somebody else may rely on it by now.
  Result<void> clear() override;

  // Steps the last apply() carried out; none over a right kernel.
  const std::vector<std::string>& last_steps() const;

 private:
  struct State;
  explicit KernelPlane(std::unique_ptr<State> state);
  NetworkSeen report(const WantedNetwork& wanted, const mesh::Plan& plan, const mesh::Seen& seen) const;
  std::unique_ptr<State> state_;
};

}  // namespace skein
