#include "events/raft/config.h"

#include <algorithm>

namespace skein::raft {
namespace {

Refusal invalid(const std::string& why) { return {Errc::invalid, "raft configuration: " + why}; }

}  // namespace

Result<void> Config::validate() const {
  if (id.empty()) return invalid("a peer needs an id");
  if (heartbeat_ticks == 0) return invalid("heartbeat_ticks must be at least 1");
  if (election_ticks <= heartbeat_ticks) return invalid("election_ticks must be greater than heartbeat_ticks");
  if (election_ticks > 1'000'000) return invalid("election_ticks must not exceed 1000000");
  if (inflight_max == 0) return invalid("inflight_max must be at least 1");
  if (bytes_per_append_max == 0 || committed_bytes_per_ready_max == 0) return invalid("byte limits must be at least 1");
  if (uncommitted_bytes_max == 0) return invalid("uncommitted_bytes_max must be at least 1");
  for (auto voter = voters.begin(); voter != voters.end(); ++voter) {
    if (voter->empty()) return invalid("a voter needs an id");
    if (std::find(voters.begin(), voter, *voter) != voter) return invalid("voter " + *voter + " is named twice");
  }
  return {};
}

Result<Recovered> recover(const EventLog& log, const LogReader& reader, LogIndex applied) {
  Recovered found{log.hard_state(), log.base(), applied, &reader};
  if (log.last() > found.last.index) {
    auto records = log.read(log.last(), {1, 1});
    if (!records) return records.refusal();
    if (records->empty()) return Refusal{Errc::fault, "the last record of the log cannot be read"};
    const Record& last = *records->front();
    found.last = {LogIndex{last.index()}, Term{last.term()}, last.at_ns(), last.digest()};
  }
  if (applied > found.last.index) return Refusal{Errc::fault, "the log ends before what was already applied"};
  return found;
}

}  // namespace skein::raft
