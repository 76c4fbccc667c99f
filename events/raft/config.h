// Config and Recovered: what a Raft is made of. Plain values; validate() refuses nonsense in one place.
//
// Units: ticks are the host's (architecture: 100 ms); bytes are serialised record bytes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "events/base/ids.h"
#include "events/base/result.h"
#include "events/proto/record.pb.h"
#include "events/raft/log_reader.h"
#include "events/store/event_log.h"

namespace skein::raft {

// The rules whose absence must be noticed. All hold; a test that wants to see the simulator fail switches one off.
struct Rules {
  bool persist_before_promise = true;    // 3.8: votes and acknowledgements leave after they are durable
  bool one_vote_a_term = true;           // 3.4
  bool compare_logs_on_vote = true;      // 3.6.1: election restriction
  bool commit_own_term_only = true;      // 3.6.2
  bool confirm_lead_before_read = true;  // 6.4
  bool commit_own_term_before_change =
      true;  // the single-server bug of 2015: a membership change waits for TermStarted
};

struct Config {
  std::string id;    // this peer; a node id
  std::string addr;  // where other peers reach it; kept in the membership when this peer founds a cluster
  std::vector<std::string> voters;  // who founds the cluster: {id} for one; empty: a peer that waits to be added.
                                    // Read only when the log knows no membership yet.
  unsigned election_ticks = 10;     // a follower stands after election_ticks to 2 * election_ticks - 1 silent ticks
  unsigned heartbeat_ticks = 1;
  std::size_t inflight_max = 64;                         // append messages under way to one follower
  std::size_t bytes_per_append_max = 1024 * 1024;        // at least one record whatever its size
  std::size_t uncommitted_bytes_max = 64 * 1024 * 1024;  // proposals are refused beyond this
  std::size_t committed_bytes_per_ready_max = 4 * 1024 * 1024;
  std::size_t cache_bytes_max = 16 * 1024 * 1024;  // durable records kept in memory for followers
  Rules rules;

  Result<void> validate() const;
};

// What the disk held. `reader` must outlive the Raft.
struct Recovered {
  HardState hard_state;
  LogPosition last;  // of the last durable record (or where the log starts); log_start() for an empty one
  LogIndex applied;  // committed records after this one are handed out; 0 hands out all. REQUIRES applied <= last
  const LogReader* reader = nullptr;
};

// Reads the hard state and the end of `log`; `reader` is to be a reader of the same log.
Result<Recovered> recover(const EventLog& log, const LogReader& reader, LogIndex applied);

}  // namespace skein::raft
