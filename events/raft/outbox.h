// Outbox: what has piled up for the next Ready, and which group is under way to the disk. Plain data of Raft's.
//
// Invariants: at most one group under way; a promise leaves only after the group that was being formed when it was
// made (or the one under way, if nothing was being formed) is durable.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "events/base/result.h"
#include "events/raft/ready.h"
#include "events/store/event_log.h"

namespace skein::raft {

struct Outbox {
  std::vector<Message> at_once;
  std::vector<Message> promises;
  std::vector<Payload> payloads;
  std::vector<ReadState> reads;
  std::vector<SnapshotWanted> snapshots;
  std::optional<Refusal> fault;
  SoftState told;           // the soft state last reported
  HardState durable;        // on the disk
  HardState taken;          // handed to the disk
  std::uint64_t group = 0;  // number of the last group handed out
  bool under_way = false;
};

}  // namespace skein::raft
