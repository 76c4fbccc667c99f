// Standing for election: pre-vote (9.6), vote (3.4), and the vote given to others (3.6.1).
#include <string>
#include <utility>

#include "events/base/check.h"
#include "events/raft/quorum.h"
#include "events/raft/raft.h"

namespace skein::raft {

void Raft::campaign() {
  if (role_ != Role::leader) stand(true, false);
}

// Pre-vote first, so that a peer cut off from the others does not come back with a higher term and unseat a leader.
// A forced election (3.10) skips it: the leader itself asked.
void Raft::stand(bool pre, bool forced) {
  if (!may_vote()) return;
  start_term(pre ? hard_.term : next(hard_.term), {});
  role_ = pre ? Role::pre_candidate : Role::candidate;
  if (!pre) hard_.voted_for = config_.id;
  forced_ = forced;
  for (const std::string& peer : membership_.now().voters()) {
    if (peer == config_.id) continue;
    RaftMessage ask;
    ask.set_term(pre ? next(hard_.term).value() : hard_.term.value());
    RaftVoteRequest& request = *ask.mutable_vote_request();
    request.set_last_index(log_.last().index.value());
    request.set_last_term(log_.last().term.value());
    request.set_pre(pre);
    request.set_forced(forced);
    send(peer, std::move(ask), pre ? Send::at_once : Send::promise);
  }
  // Its own vote counts once it is durable: advance().
  if (pre || !config_.rules.persist_before_promise) count_vote(config_.id, true);
}

void Raft::count_vote(const std::string& peer, bool granted) {
  if (!votes_.emplace(peer, granted).second) return;
  const bool pre = role_ == Role::pre_candidate;
  switch (tally(membership_.now().voters(), votes_)) {
    case Tally::pending:
      return;
    case Tally::won:
      return pre ? stand(false, false) : become_leader();
    case Tally::lost:
      return become_follower(hard_.term, {});
  }
}

void Raft::step_vote_reply(const Message& message) {
  const RaftVoteReply& reply = message.head.vote_reply();
  const Role asked = reply.pre() ? Role::pre_candidate : Role::candidate;
  const Term expected = reply.pre() && reply.granted() ? next(hard_.term) : hard_.term;
  if (role_ == asked && message.term() == expected) count_vote(message.from(), reply.granted());
}

// 4.2.3, 6.4.1: while we hear from a leader, or are one that its quorum supports, nobody needs another.
bool Raft::protects_leader(const Message& message) const {
  return !message.head.vote_request().forced() && !leader_.empty() && election_elapsed_ < config_.election_ticks;
}

bool Raft::would_vote(const Message& message) const {
  const RaftVoteRequest& request = message.head.vote_request();
  const bool free = hard_.voted_for.empty() ? leader_.empty() : hard_.voted_for == message.from();
  const bool may = free || (request.pre() && message.term() > hard_.term) || !config_.rules.one_vote_a_term;
  const LogPosition& last = log_.last();
  const std::pair theirs{Term{request.last_term()}, LogIndex{request.last_index()}};
  const bool as_new = theirs >= std::pair{last.term, last.index};
  return may && (as_new || !config_.rules.compare_logs_on_vote);
}

void Raft::on_vote_request(const Message& message) {
  const bool pre = message.head.vote_request().pre();
  const bool granted = would_vote(message);
  RaftMessage head;
  head.mutable_vote_reply()->set_granted(granted);
  head.mutable_vote_reply()->set_pre(pre);
  if (pre) {
    head.set_term(granted ? message.head.term() : hard_.term.value());
    return send(message.from(), std::move(head), Send::at_once);
  }
  if (granted) {
    hard_.voted_for = message.from();
    election_elapsed_ = 0;
  }
  send(message.from(), std::move(head), Send::promise);
}

}  // namespace skein::raft
