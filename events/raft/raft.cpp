#include "events/raft/raft.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "events/base/check.h"
#include "events/store/chain.h"

namespace skein::raft {
namespace {

MembershipHistory membership_from(const Recovered& recovered, const Config& config) {
  if (!recovered.hard_state.membership.empty()) return MembershipHistory::parse(recovered.hard_state.membership);
  Membership founding = Membership::of_voters(config.voters);
  if (const RaftPeer* self = founding.find(config.id)) {
    RaftPeer known = *self;
    known.set_addr(config.addr);
    founding.set(std::move(known));
  }
  return MembershipHistory{std::move(founding)};
}

}  // namespace

Raft::Raft(Config config, Recovered recovered, Rng& rng)
    : config_{std::move(config)},
      rng_{rng},
      log_{recovered.last, *recovered.reader, config_.cache_bytes_max},
      membership_{membership_from(recovered, config_)},
      hard_{recovered.hard_state},
      commit_{std::clamp(hard_.commit, recovered.applied, std::max(recovered.applied, recovered.last.index))},
      applied_{recovered.applied} {
  CHECK(config_.validate(), "Raft needs a valid configuration");
  CHECK(recovered.applied <= recovered.last.index, "applied what the log does not have");
  CHECK(hard_.term >= recovered.last.term, "the log is newer than the hard state");
  outbox_.durable = outbox_.taken = hard_;
  now_ns_ = recovered.last.at_ns;
  reset_clock();
}

void Raft::tick(std::int64_t now_ns) {
  now_ns_ = std::max(now_ns_, now_ns);
  role_ == Role::leader ? tick_leader() : tick_follower();
}

Result<void> Raft::check_message(const Message& message) const {
  const RaftMessage& head = message.head;
  if (head.to() != config_.id) return Refusal{Errc::invalid, "raft: a message for " + head.to()};
  if (head.from().empty() || head.from() == config_.id) return Refusal{Errc::invalid, "raft: a message from nobody"};
  if (head.version() > kProtocolVersion)
    return Refusal{Errc::unimplemented, "raft: " + head.from() + " speaks a newer protocol; upgrade this manager"};
  if (head.body_case() == RaftMessage::BODY_NOT_SET) return Refusal{Errc::invalid, "raft: a message without a body"};
  return {};
}

Result<void> Raft::step(Message message) {
  if (auto good = check_message(message); !good) return good;
  const RaftMessage& head = message.head;
  if (!head.has_read_request() && !head.has_read_reply()) {  // reads carry no term: their answers hold for ever
    if (message.term() > term() && !takes_newer_term(message)) return {};
    if (message.term() < term()) {
      answer_older_term(message);
      return {};
    }
  }
  if (head.has_vote_request()) {
    on_vote_request(message);
    return {};
  }
  return role_ == Role::leader ? step_leader(message) : step_follower(message);
}

// Adopts the term of a message from the future. False: the message is to be ignored.
bool Raft::takes_newer_term(const Message& message) {
  const RaftMessage& head = message.head;
  if (head.has_vote_request()) {
    if (protects_leader(message)) return false;
    if (head.vote_request().pre()) return true;  // a question only: nobody's term moves
  }
  if (head.has_vote_reply() && head.vote_reply().pre() && head.vote_reply().granted()) return true;
  const bool from_leader = head.has_append_request() || head.has_heartbeat();
  become_follower(message.term(), from_leader ? message.from() : std::string{});
  return true;
}

// A peer that lags behind must learn of our term, or it would never join in again: its leader is no leader any more,
// or its pre-votes come to nothing.
void Raft::answer_older_term(const Message& message) {
  const RaftMessage& head = message.head;
  RaftMessage reply;
  if (head.has_append_request() || head.has_heartbeat()) {
    reply.mutable_append_reply()->set_index(head.append_request().prev_index());
  } else if (head.has_vote_request()) {
    reply.mutable_vote_reply()->set_pre(head.vote_request().pre());
  } else {
    return;
  }
  send(message.from(), std::move(reply), once_vote_is_durable());
}

void Raft::become_follower(Term term, const std::string& leader) {
  CHECK(term >= hard_.term, "a term never falls");
  if (role_ == Role::leader) fail_reads();
  start_term(term, leader);
  role_ = Role::follower;
}

void Raft::start_term(Term term, const std::string& leader) {
  if (term != hard_.term) {
    hard_.term = term;
    hard_.voted_for.clear();
  }
  leader_ = leader;
  votes_.clear();
  progress_.clear();
  transferee_.clear();
  reads_ = {};
  forced_ = appends_due_ = commit_news_ = false;
  reset_clock();
}

void Raft::reset_clock() {
  election_elapsed_ = 0;
  heartbeat_elapsed_ = 0;
  election_timeout_ = config_.election_ticks + static_cast<unsigned>(rng_.below(config_.election_ticks));
}

Raft::Send Raft::once_vote_is_durable() const {
  const bool durable = outbox_.durable.term == hard_.term && outbox_.durable.voted_for == hard_.voted_for;
  return durable ? Send::at_once : Send::promise;
}

void Raft::send(const std::string& to, RaftMessage head, Send when, std::vector<RecordPtr> records) {
  CHECK(to != config_.id);
  head.set_version(kProtocolVersion);
  head.set_from(config_.id);
  head.set_to(to);
  const bool read = head.has_read_request() || head.has_read_reply();
  if (head.term() == 0 && !read) head.set_term(hard_.term.value());
  const bool wait = when == Send::promise && config_.rules.persist_before_promise;
  (wait ? outbox_.promises : outbox_.at_once).push_back({std::move(head), std::move(records)});
}

void Raft::follow_commit(LogIndex commit) {
  if (commit <= commit_) return;
  CHECK(commit <= log_.last().index, "committed records are missing: was the log lost or cut?");
  commit_ = commit;
}

void Raft::note_fault(const Refusal& refusal) {
  if (refusal.code != Errc::not_found && !outbox_.fault) outbox_.fault = refusal;
}

Result<void> Raft::read_index(std::uint64_t context) {
  if (role_ == Role::leader) {
    reads_.waiting.push_back({config_.id, context});
    begin_round();
    return {};
  }
  if (leader_.empty()) return Refusal{Errc::unavailable, "no leader is known"};
  RaftMessage ask;
  ask.mutable_read_request()->set_context(context);
  send(leader_, std::move(ask), Send::at_once);
  return {};
}

Result<void> Raft::restore(const LogPosition& start, Membership peers) {
  if (peers.empty()) return Refusal{Errc::invalid, "raft: a snapshot without a membership"};
  if (start.index <= commit_) return Refusal{Errc::out_of_sequence, "raft: the snapshot is older than the log"};
  CHECK(role_ != Role::leader, "a leader has everything that is committed");
  if (start.term > hard_.term) become_follower(start.term, {});
  auto ours = log_.position_at(start.index);
  if (ours && ours->digest == start.digest) {  // what follows may be acknowledged already: it must stay
    follow_commit(start.index);
    return {};
  }
  if (!ours && ours.refusal().code != Errc::not_found) return ours.refusal();
  log_.restart_after(start);
  commit_ = applied_ = start.index;
  membership_ = MembershipHistory{};
  membership_.change(start.index, std::move(peers));
  return {};
}

Result<RecordPtr> Raft::record_at(LogIndex index) const { return log_.at(index); }

bool Raft::vital_changed() const {
  return hard_.term != outbox_.taken.term || hard_.voted_for != outbox_.taken.voted_for ||
         membership_.serialized() != outbox_.taken.membership;
}

bool Raft::group_due() const {
  return !outbox_.under_way && (log_.has_unsaved() || !outbox_.payloads.empty() || vital_changed());
}

bool Raft::has_ready() const {
  return group_due() || !outbox_.at_once.empty() || (!outbox_.under_way && !outbox_.promises.empty()) || appends_due_ ||
         commit_news_ || applied_ < std::min(commit_, log_.persisted()) || !outbox_.reads.empty() ||
         !outbox_.snapshots.empty() || outbox_.fault || outbox_.told != SoftState{role_, hard_.term, leader_};
}

Ready Raft::take_ready() {
  if (role_ == Role::leader) send_appends();
  Ready ready;
  take_committed(ready);
  if (group_due()) take_group(ready);
  ready.at_once = std::exchange(outbox_.at_once, {});
  if (ready.has_group) {
    ready.after_persist = std::exchange(outbox_.promises, {});
  } else if (!outbox_.under_way) {
    std::ranges::move(std::exchange(outbox_.promises, {}), std::back_inserter(ready.at_once));
  }
  const SoftState now{role_, hard_.term, leader_};
  if (outbox_.told != now) ready.soft_state = outbox_.told = now;
  ready.reads = std::exchange(outbox_.reads, {});
  ready.snapshots = std::exchange(outbox_.snapshots, {});
  ready.fault = std::exchange(outbox_.fault, std::nullopt);
  return ready;
}

void Raft::take_group(Ready& ready) {
  log_.take_unsaved(ready.group);
  ready.group.payloads = std::exchange(outbox_.payloads, {});
  outbox_.taken = hard_;
  outbox_.taken.commit = commit_;
  outbox_.taken.membership = membership_.serialized();
  ready.group.hard_state = outbox_.taken;
  ready.has_group = outbox_.under_way = true;
  ready.persisted.group = ++outbox_.group;
}

// Only what is durable here too: whoever reads the log on disk finds what was handed out.
void Raft::take_committed(Ready& ready) {
  const LogIndex upto = std::min(commit_, log_.persisted());
  if (applied_ >= upto) return;
  auto records = log_.read(next(applied_), upto, config_.committed_bytes_per_ready_max);
  if (!records || records->empty()) {
    const std::string why = records ? "empty" : records.refusal().text;
    return note_fault({Errc::fault, "committed records cannot be read back: " + why});
  }
  ready.committed = *std::move(records);
  applied_ = LogIndex{ready.committed.back()->index()};
  log_.forget(applied_);
}

void Raft::advance(const Persisted& persisted) {
  CHECK(outbox_.under_way && persisted.group == outbox_.group, "acknowledges a group that is not under way");
  outbox_.under_way = false;
  outbox_.durable = outbox_.taken;
  log_.saved();
  if (role_ == Role::candidate && once_vote_is_durable() == Send::at_once) count_vote(config_.id, true);
  if (role_ != Role::leader) return;
  progress_.at(config_.id).durable_here(log_.persisted());
  advance_commit();
}

const char* name_of(Role role) {
  switch (role) {
    case Role::follower:
      return "follower";
    case Role::pre_candidate:
      return "pre-candidate";
    case Role::candidate:
      return "candidate";
    case Role::leader:
      return "leader";
  }
  return "?";
}

}  // namespace skein::raft
