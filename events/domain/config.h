// The config aggregate: a small named file that services hand to their tasks. The data can be read back.
//
//   CreateConfig  -> ConfigCreated                     refused: name, data empty or too large
//   RelabelConfig -> ConfigRelabelled | (nothing)      refused: revision moved on, name or data differs
//   RemoveConfig  -> ConfigRemoved, PayloadErased      refused: a service still uses it
//
// Not here: unique names (the directory), delivery to nodes (the node's actor), templates (the runner).
// Invariants: data never changes after creation; it is detached, so the log holds a salted digest only.
// Source: swarmkit manager/controlapi/config.go, swarm-features section 15. Pure: any thread, no clock, no I/O.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "events/domain/decision.h"
#include "events/proto/commands.pb.h"
#include "events/proto/state.pb.h"

namespace skein::config {

inline constexpr std::size_t kDataBytesEnd = 1'024'000;  // data is smaller than this

// REQUIRES state.id preset.
Result<Decision> decide(const File& state, const CreateConfig& command, const DecideContext& context);
// `stored` is the payload that state.spec().payload() names (empty if a driver provides the data).
Result<Decision> decide(const File& state, const RelabelConfig& command, const Payload& stored,
                        const DecideContext& context);
// `services` are the names of the services that refer to it, in any order.
Result<Decision> decide(const File& state, const RemoveConfig& command, const std::vector<std::string>& services,
                        const DecideContext& context);

void evolve(File& state, const Event& event, const RecordHead& head);

}  // namespace skein::config
