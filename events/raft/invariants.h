// Invariants: what must be true of Raft at any moment, as code. Looked at after every step by the simulator and the
// scripts; cheap enough for a debugging host as well.
//
//   MachineWitness  one machine, against itself a moment ago: applied <= commit <= last; commit, term never fall; one
//                   vote a term; a leader only appends; who leads knows it
//   ClusterWitness  all machines: election safety, log matching, leader completeness, state machine safety (paper,
//                   figure 3)
//
// The digests make this short: a record's digest covers all before it, so two logs that agree on one digest are one
// log up to there. Log matching is "one digest for one (index, term)", ever.
// Result: a refusal (Errc::fault) that names the broken rule. Source: logcabin's RaftConsensusInvariants; the paper.
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "events/base/ids.h"
#include "events/base/result.h"
#include "events/raft/raft.h"

namespace skein::raft {

class MachineWitness {
 public:
  Result<void> look(const Raft& raft);
  void restarted() { before_.reset(); }  // what was not durable is forgotten, rightly

 private:
  struct Seen {
    Term term;
    std::string voted_for;
    Role role = Role::follower;
    std::string leader;
    LogIndex commit;
    LogIndex applied;
    LogIndex last;
  };
  std::optional<Seen> before_;
};

class ClusterWitness {
 public:
  // All machines that are up, after any step of any of them.
  Result<void> look(std::span<const Raft* const> machines);
  // `peer` was handed `record` as committed.
  Result<void> handed_out(const std::string& peer, const Record& record);
  // `voter` let out a vote (a granted reply, or its own in asking for others').
  Result<void> voted(const std::string& voter, Term term, const std::string& candidate);

  LogIndex committed() const { return committed_.index; }  // the highest commit index ever seen

 private:
  struct Commitment {
    LogIndex index;
    std::string digest;
    Term seen_in;  // term of the machine that showed it first
  };
  Result<void> look_at_leader(const Raft& raft);
  Result<void> look_at_log(const Raft& raft);
  Result<void> look_at_commit(const Raft& raft);

  std::map<Term, std::string> leaders_;
  std::map<std::pair<LogIndex, Term>, std::string> digests_;
  std::map<LogIndex, std::string> handed_out_;
  std::map<std::pair<std::string, Term>, std::string> votes_;
  Commitment committed_;
};

}  // namespace skein::raft
