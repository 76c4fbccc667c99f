// Raft: consensus as a pure machine. No I/O, no clock, no threads, no chance of its own: the host (actors/log_actor)
// feeds it and carries out what take_ready() says, then calls advance().
//
//   host: propose / step / tick  -->  has_ready()? take_ready()  -->  persist, send, hand out committed  -->  advance
//
// Source: D. Ongaro, "Consensus: Bridging Theory and Practice" (2014); section numbers in comments are the Raft
// paper's. Departures are named where they are made.
// Threads: none; one owner. Errors: a message that cannot be (a second leader in one term) breaks an invariant.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "events/base/ids.h"
#include "events/base/result.h"
#include "events/base/rng.h"
#include "events/store/event_log.h"

namespace skein::raft {

enum class Role : unsigned char { follower, candidate, leader };

// One entry as consensus sees it: where it stands and which term made it; the record rides along untouched.
struct Entry {
  LogIndex index;
  Term term;
  RecordPtr record;
};

// What to do before advance(). Order: 1. persist `group_*` durably, 2. send `messages`, 3. hand out `committed`.
struct SoftState {
  Role role = Role::follower;
  std::string leader;  // empty: unknown
  bool operator==(const SoftState&) const = default;
};

}  // namespace skein::raft
