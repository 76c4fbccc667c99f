// Following: appends (3.5), heartbeats, the election clock. Candidates step here too: a leader's word makes them
// followers.
#include <algorithm>
#include <string>
#include <utility>

#include "events/base/check.h"
#include "events/raft/conflict.h"
#include "events/raft/raft.h"
#include "events/store/chain.h"

namespace skein::raft {
namespace {

Result<void> payloads_match(const RaftAppendRequest& request) {
  for (const Payload& payload : request.payloads()) {
    if (payload.digest() != payload_digest(payload.salt(), payload.data()))
      return Refusal{Errc::fault, "raft: a payload from a peer is not what its digest says"};
  }
  return {};
}

}  // namespace

void Raft::tick_follower() {
  if (++election_elapsed_ < election_timeout_) return;
  if (may_vote()) return stand(true, false);
  leader_.clear();
  reset_clock();
}

Result<void> Raft::step_follower(Message& message) {
  const RaftMessage& head = message.head;
  if (head.has_append_request() || head.has_heartbeat()) {
    CHECK(leader_.empty() || leader_ == message.from(), "two leaders in one term");
    if (role_ != Role::follower) become_follower(message.term(), message.from());
    leader_ = message.from();
    election_elapsed_ = 0;
  }
  switch (head.body_case()) {
    case RaftMessage::kAppendRequest:
      return on_append(message);
    case RaftMessage::kHeartbeat:
      on_heartbeat(message);
      break;
    case RaftMessage::kVoteReply:
      step_vote_reply(message);
      break;
    case RaftMessage::kTimeoutNow:
      stand(false, true);
      break;
    case RaftMessage::kReadReply:
      outbox_.reads.push_back({head.read_reply().context(), LogIndex{head.read_reply().index()}});
      break;
    default:
      break;  // answers to a leader that we are no longer; a read request that missed the leader
  }
  return {};
}

void Raft::on_heartbeat(const Message& message) {
  follow_commit(LogIndex{message.head.heartbeat().commit()});
  RaftMessage reply;
  reply.mutable_heartbeat_reply()->set_round(message.head.heartbeat().round());
  send(message.from(), std::move(reply), once_vote_is_durable());
}

Result<void> Raft::on_append(Message& message) {
  const RaftAppendRequest& request = message.head.append_request();
  const LogIndex before{request.prev_index()};
  RaftMessage reply;
  reply.mutable_append_reply()->set_accepted(true);
  if (before < commit_) {  // an old message: what is committed is known to match
    reply.mutable_append_reply()->set_index(commit_.value());
    send(message.from(), std::move(reply), Send::promise);
    return {};
  }
  auto term = log_.term_at(before);
  if (!term || *term != Term{request.prev_term()}) {
    if (!term) note_fault(term.refusal());
    refuse_append(message);
    return {};
  }
  if (auto taken = take_records(message); !taken) return taken;
  const LogIndex matched{before.value() + message.records.size()};
  for (Payload& payload : *message.head.mutable_append_request()->mutable_payloads())
    outbox_.payloads.push_back(std::move(payload));
  follow_commit(std::min(LogIndex{request.commit()}, matched));
  reply.mutable_append_reply()->set_index(matched.value());
  send(message.from(), std::move(reply), Send::promise);
  return {};
}

// Says where the logs may still meet (paper 5.3, fast back-up): no record of ours after that has a term the leader's
// could have there.
void Raft::refuse_append(const Message& message) {
  const RaftAppendRequest& request = message.head.append_request();
  const LogIndex from = std::min(LogIndex{request.prev_index()}, log_.last().index);
  auto hint = last_not_newer_than(log_, from, Term{request.prev_term()});
  if (!hint) return note_fault(hint.refusal());
  RaftMessage reply;
  reply.mutable_append_reply()->set_index(request.prev_index());
  reply.mutable_append_reply()->set_hint_index(hint->index.value());
  reply.mutable_append_reply()->set_hint_term(hint->term.value());
  send(message.from(), std::move(reply), once_vote_is_durable());
}

// Skips what we have already, cuts off what contradicts, appends the rest; nothing of it unless all of it is chained.
Result<void> Raft::take_records(const Message& message) {
  if (auto good = payloads_match(message.head.append_request()); !good) return good;
  LogIndex have{message.head.append_request().prev_index()};
  auto fresh = message.records.begin();
  for (; fresh != message.records.end() && have < log_.last().index; ++fresh, have = next(have)) {
    auto term = log_.term_at(next(have));
    if (!term) return term.refusal();
    if (*term != Term{(*fresh)->term()}) break;
  }
  if (fresh == message.records.end()) return {};
  auto position = log_.position_at(have);
  if (!position) return position.refusal();
  for (auto record = fresh; record != message.records.end(); ++record) {
    if (auto good = continues(*position, **record, hard_.term); !good) return good;
    position = position_of(**record);
  }
  if (have < log_.last().index) {
    if (auto cut = cut_from(next(have)); !cut) return cut;
  }
  for (; fresh != message.records.end(); ++fresh) append_record(*fresh);
  return {};
}

Result<void> Raft::cut_from(LogIndex index) {
  CHECK(index > commit_, "a committed record would be cut off");
  if (auto cut = log_.truncate_from(index); !cut) return cut;
  membership_.cut_from(index);
  return {};
}

void Raft::append_record(RecordPtr record) {
  if (const MembershipChanged* changed = membership_in(*record))
    membership_.change(LogIndex{record->index()}, Membership{{changed->peers().begin(), changed->peers().end()}});
  log_.append(std::move(record));
}

}  // namespace skein::raft
