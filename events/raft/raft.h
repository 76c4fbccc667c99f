// Raft: consensus as a pure machine. No I/O, no clock, no threads, no chance of its own: the host (actors/log_actor)
// feeds it and carries out what take_ready() says (ready.h: the loop and the persistence contract).
//
//   host: propose / step / tick / read_index  -->  has_ready()? take_ready()  -->  persist, send, hand out  --> advance
//
// A log entry is a Record. The leader gives it index, term and digest as it appends, so that a record is final and
// chained from its first moment; followers verify the chain before they accept. A leader's term opens with a record of
// its own, event TermStarted: only after that is handed out may the leader rely on its state or have effects.
//
// Invariants (invariants.h checks them): applied <= commit <= last; commit, term never fall; one vote a term; a leader
// never cuts its own log. The machine trusts its peers' honesty (mutual TLS), not their timing.
// Source: D. Ongaro, "Consensus: Bridging Theory and Practice" (2014); section numbers in comments are the thesis's,
// "paper" those of the Raft paper. Design and departures: docs/design/raft.md.
// Threads: none; one owner. Errors: bad input is a Refusal and changes nothing; a broken invariant CHECKs.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/base/ids.h"
#include "events/base/result.h"
#include "events/base/rng.h"
#include "events/raft/config.h"
#include "events/raft/log_tail.h"
#include "events/raft/membership.h"
#include "events/raft/message.h"
#include "events/raft/outbox.h"
#include "events/raft/progress.h"
#include "events/raft/read_rounds.h"
#include "events/raft/ready.h"
#include "events/store/event_log.h"

namespace skein::raft {

// Where proposed records stand. They are committed only when handed out with the same index and term; if another
// record is handed out at `first` .. `last`, or the lead is lost, the outcome is that of the log.
struct Proposed {
  LogIndex first;
  LogIndex last;
  Term term;
};

// One peer more, less or raised: never two at a time (4.1). add of a known learner raises it to voter.
struct MembershipChange {
  enum class Kind : unsigned char { add_learner, add_voter, remove };
  Kind kind = Kind::add_learner;
  std::string peer;
  std::string addr;  // empty: keep what is known
};

class Raft {
 public:
  // REQUIRES: config.validate(); recovered.reader and rng outlive this.
  Raft(Config config, Recovered recovered, Rng& rng);

  // One tick of time has passed. `now_ns`, the host's clock, only stamps the record that opens a term.
  void tick(std::int64_t now_ns);
  // A message from a peer. Refused: not ours, a newer protocol, records that do not chain (Errc::fault). A message that
  // is merely stale is no refusal.
  Result<void> step(Message message);

  // Appends drafts, in order, as one step of the log. A draft has events, origin and at_ns (the host's clock; raised if
  // it would go back); Raft sets index, term and digest. `payloads` go with them into the next group.
  // Refused: not the leader, lead being handed over (unavailable); too much uncommitted (exhausted).
  Result<Proposed> propose(std::vector<Record> drafts, std::vector<Payload> payloads = {});
  // The same for one record that also changes the membership; `draft` may carry further events.
  // Refused: an earlier change, or this term's first record, is not committed yet; nothing would change; no voter left.
  Result<Proposed> propose_change(const MembershipChange& change, Record draft);
  // Asks for a read barrier (6.4); the answer is a ReadState with the same context. Refused: no leader is known.
  Result<void> read_index(std::uint64_t context);
  // 3.10. Refused: not the leader, not a voter. Given up after election_ticks.
  Result<void> transfer_leadership(const std::string& peer);
  // Stands for election now, without waiting for a timeout; nothing happens unless this peer may vote.
  void campaign();
  // A leader that can no longer do its work becomes a follower in its term; nothing for anybody else.
  void step_down();

  // `peer` has `index` from a snapshot and can go on from there; nullopt: it failed, try again later.
  void report_snapshot(const std::string& peer, std::optional<LogIndex> index);
  // `peer` could not be reached: send it one message at a time until it answers.
  void report_unreachable(const std::string& peer);
  // The host holds a complete, verified snapshot that ends at `start`; the log is to go on after it. The next group
  // carries restart_after (save the snapshot before appending that group) and the applied index becomes start.index;
  // unless the log has that very record: then it stays as it is, and its records are handed out as ever.
  // Refused: out_of_sequence if commit is already there or past it, invalid if `peers` is empty.
  Result<void> restore(const LogPosition& start, Membership peers);

  bool has_ready() const;
  Ready take_ready();
  void advance(const Persisted& persisted);

  const std::string& id() const { return config_.id; }
  Role role() const { return role_; }
  Term term() const { return hard_.term; }
  const std::string& voted_for() const { return hard_.voted_for; }
  const std::string& leader() const { return leader_; }  // empty: unknown
  LogIndex commit() const { return commit_; }
  LogIndex applied() const { return applied_; }  // handed out
  LogIndex last() const { return log_.last().index; }
  LogIndex persisted() const { return log_.persisted(); }
  const Membership& membership() const { return membership_.now(); }
  // As of `index`, for a snapshot that ends there; nullopt: too far back, make a newer snapshot.
  std::optional<Membership> membership_at(LogIndex index) const { return membership_.at(index); }
  const std::map<std::string, Progress>& progress() const { return progress_; }  // a leader's; empty otherwise
  // The record at `index` as this peer has it now, durable or not; not_found beyond the ends.
  Result<RecordPtr> record_at(LogIndex index) const;

 private:
  enum class Send : unsigned char { at_once, promise };

  // raft.cpp: what all roles share
  bool may_vote() const { return membership_.now().is_voter(config_.id); }
  void start_term(Term term, const std::string& leader);
  void become_follower(Term term, const std::string& leader);
  void reset_clock();
  Send once_vote_is_durable() const;  // for replies that vouch for the term, not for the log
  void send(const std::string& to, RaftMessage head, Send when, std::vector<RecordPtr> records = {});
  Result<void> check_message(const Message& message) const;
  bool takes_newer_term(const Message& message);
  void answer_older_term(const Message& message);
  Result<void> step_role(Message& message);
  void follow_commit(LogIndex commit);
  void note_fault(const Refusal& refusal);
  Result<void> may_propose() const;
  bool vital_changed() const;
  bool group_due() const;
  void take_group(Ready& ready);
  void take_committed(Ready& ready);

  // follower.cpp
  void tick_follower();
  Result<void> step_follower(Message& message);
  Result<void> on_append(Message& message);
  void refuse_append(const Message& message);
  Result<void> take_records(const Message& message);
  Result<void> cut_from(LogIndex index);
  void append_record(RecordPtr record);
  void on_heartbeat(const Message& message);
  void on_vote_request(const Message& message);
  bool would_vote(const Message& message) const;
  bool protects_leader(const Message& message) const;

  // candidate.cpp
  void stand(bool pre, bool forced);
  void count_vote(const std::string& peer, bool granted);
  void step_vote_reply(const Message& message);

  // leader.cpp
  void become_leader();
  void tick_leader();
  void check_quorum();
  Result<void> step_leader(Message& message);
  Proposed append_own(std::vector<Record> drafts);
  void on_append_reply(const Message& message);
  void on_accepted(const std::string& peer, Progress& progress, LogIndex index);
  void on_refused(const Message& message, Progress& progress);
  void on_heartbeat_reply(const Message& message);
  void advance_commit();
  void send_appends();
  bool send_append(const std::string& peer, Progress& progress, bool even_if_empty);
  void send_timeout_now_if_ready();
  void send_heartbeats(std::uint64_t round);
  void follow_membership(LogIndex first);

  // change.cpp
  Result<Membership> changed_membership(const MembershipChange& change) const;

  // read_barrier.cpp
  bool own_term_committed() const { return role_ == Role::leader && commit_ >= term_start_; }
  void begin_round();
  void on_round_reply(const std::string& peer, std::uint64_t round);
  bool round_confirmed() const;
  void answer_round();
  void fail_reads();

  Config config_;
  Rng& rng_;
  LogTail log_;
  MembershipHistory membership_;
  HardState hard_;  // term and vote now; commit and membership are filled in when it is persisted
  Role role_ = Role::follower;
  std::string leader_;
  LogIndex commit_;
  LogIndex applied_;
  std::int64_t now_ns_ = 0;

  unsigned election_elapsed_ = 0;  // ticks since we heard of a leader (leader: since the last quorum check)
  unsigned election_timeout_ = 0;  // drawn anew for each term and each wait
  unsigned heartbeat_elapsed_ = 0;

  std::map<std::string, bool> votes_;         // candidates'
  bool forced_ = false;                       // this election was asked for by the leader (3.10)
  std::map<std::string, Progress> progress_;  // leader's, itself included
  LogIndex term_start_;                       // leader's: index of this term's TermStarted
  std::string transferee_;
  ReadRounds reads_;
  bool appends_due_ = false;  // leader's: there may be records to send
  bool commit_news_ = false;  // leader's: commit rose since followers were last told

  Outbox outbox_;
};

}  // namespace skein::raft
