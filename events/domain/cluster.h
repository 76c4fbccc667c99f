// The cluster aggregate: the one object that says how this swarm is run. Its id is also the certificates' organisation.
//
//   FoundCluster  -> ClusterFounded, NodeJoined (the first manager), NetworkCreated (ingress)
//   UpdateCluster -> ClusterSpecChanged | JoinTokenRotated | UnlockKeyChanged | (nothing)
//
// The edge makes the certificate authority, tokens and keys, because making them needs real chance; here they are only
// detached: events hold digests, and a replaced token's payload is erased (PayloadErased).
// Not here: who may join (runtime/identity), Raft membership (events/raft), the predefined networks bridge and host
// (node-local; the API edge shows them).
// Invariants: the spec's name is "default"; its numbers are filled in, never 0 (task_history_limit may be).
// Source: swarmkit manager/controlapi/cluster.go, swarm-features section 1. Pure: any thread, no clock, no I/O.
#pragma once
#include <cstdint>
#include <string_view>

#include "events/domain/decision.h"
#include "events/proto/commands.pb.h"
#include "events/proto/state.pb.h"

namespace skein::cluster {

inline constexpr std::string_view kName = "default";
inline constexpr std::string_view kDefaultPool = "10.0.0.0/8";
inline constexpr std::uint32_t kDefaultSubnetSize = 24;
inline constexpr std::uint32_t kDefaultDataPathPort = 4789;
inline constexpr std::int64_t kCertExpiryMinNs = 3'600'000'000'000;  // 1 h
inline constexpr std::int64_t kHeartbeatMinNs = 1'000'000'000;       // 1 s

ClusterSpec default_spec();                      // Docker's numbers
Result<void> validate(const ClusterSpec& spec);  // of a spec whose gaps are filled

// Refused: already founded; the spec, a pool or a port makes no sense.
Result<Decision> decide(const Cluster& state, const FoundCluster& command, const DecideContext& context);
// Zero numbers in command.spec keep what is set. Refused: revision moved on; the spec makes no sense.
Result<Decision> decide(const Cluster& state, const UpdateCluster& command, const DecideContext& context);

void evolve(Cluster& state, const Event& event, const RecordHead& head);

}  // namespace skein::cluster
