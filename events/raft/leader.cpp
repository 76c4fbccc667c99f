// Leading: append, replicate, commit (3.5, 3.6.2), keep the quorum (6.2), hand over (3.10).
#include <algorithm>
#include <string>
#include <utility>

#include "events/base/check.h"
#include "events/raft/conflict.h"
#include "events/raft/quorum.h"
#include "events/raft/raft.h"

namespace skein::raft {

void Raft::become_leader() {
  CHECK(role_ == Role::candidate, "only a candidate can be elected");
  start_term(hard_.term, config_.id);
  role_ = Role::leader;
  term_start_ = next(log_.last().index);
  follow_membership(term_start_);
  Record opening;
  opening.add_events()->mutable_term_started()->set_leader(config_.id);
  opening.mutable_origin()->set_principal("skein");
  opening.mutable_origin()->set_via("raft");
  opening.set_at_ns(now_ns_);
  if (log_.last().index == LogIndex{}) {  // the founding membership belongs in the log as every later one does
    MembershipChanged& founding = *opening.add_events()->mutable_membership_changed();
    for (const RaftPeer& peer : membership_.now().peers()) *founding.add_peers() = peer;
  }
  append_own(std::vector<Record>(1, std::move(opening)));
}

Proposed Raft::append_own(std::vector<Record> drafts) {
  const LogIndex first = next(log_.last().index);
  for (Record& draft : drafts) {
    const LogPosition& last = log_.last();
    draft.set_index(next(last.index).value());
    draft.set_term(hard_.term.value());
    draft.set_at_ns(std::max(draft.at_ns(), last.at_ns));
    draft.set_digest(chain_digest(last.digest, draft));
    append_record(std::make_shared<const Record>(std::move(draft)));
  }
  follow_membership(first);
  appends_due_ = true;
  return {first, log_.last().index, hard_.term};
}

Result<void> Raft::may_propose() const {
  if (role_ != Role::leader) return Refusal{Errc::unavailable, "this manager is not the leader"};
  if (!transferee_.empty()) return Refusal{Errc::unavailable, "the lead is being handed over"};
  if (log_.bytes_after(commit_) >= config_.uncommitted_bytes_max)
    return Refusal{Errc::exhausted, "too much is waiting to be committed"};
  return {};
}

Result<Proposed> Raft::propose(std::vector<Record> drafts, std::vector<Payload> payloads) {
  if (auto may = may_propose(); !may) return may.refusal();
  if (drafts.empty()) return Refusal{Errc::invalid, "raft: nothing proposed"};
  for (const Record& draft : drafts) {
    if (membership_in(draft) != nullptr)
      return Refusal{Errc::invalid, "raft: a membership change is proposed by propose_change"};
  }
  std::ranges::move(payloads, std::back_inserter(outbox_.payloads));
  return append_own(std::move(drafts));
}

// One Progress for each peer of the membership, and our own as long as we lead (4.2.2: a leader that removed itself
// goes on until that is committed, without counting itself). Newcomers are sent records from `first` on.
void Raft::follow_membership(LogIndex first) {
  std::erase_if(progress_,
                [this](const auto& entry) { return entry.first != config_.id && !membership_.now().has(entry.first); });
  const auto admit = [this, first](const std::string& peer) {
    const auto [at, added] = progress_.try_emplace(peer, first, config_.inflight_max);
    if (added) at->second.heard();  // it has a full period to answer in
  };
  admit(config_.id);
  for (const RaftPeer& peer : membership_.now().peers()) admit(peer.id());
  progress_.at(config_.id).durable_here(log_.persisted());
  if (!transferee_.empty() && !membership_.now().is_voter(transferee_)) transferee_.clear();
}

void Raft::tick_leader() {
  if (++election_elapsed_ >= config_.election_ticks) {
    election_elapsed_ = 0;
    transferee_.clear();
    check_quorum();
    if (role_ != Role::leader) return;
  }
  if (++heartbeat_elapsed_ < config_.heartbeat_ticks) return;
  heartbeat_elapsed_ = 0;
  send_heartbeats(reads_.asked.empty() ? 0 : reads_.round);
}

// 6.2: a leader that no quorum has answered for a whole election timeout leads nobody; its clients should not wait.
void Raft::check_quorum() {
  std::map<std::string, bool> heard;
  for (auto& [peer, progress] : progress_) {
    if (peer == config_.id || progress.active()) heard.emplace(peer, true);
    progress.forget_heard();
  }
  if (tally(membership_.now().voters(), heard) != Tally::won) become_follower(hard_.term, {});
}

Result<void> Raft::step_leader(Message& message) {
  const RaftMessage& head = message.head;
  CHECK(!head.has_append_request() && !head.has_heartbeat(), "two leaders in one term");
  const auto known = progress_.find(message.from());
  if (known != progress_.end()) known->second.heard();
  switch (head.body_case()) {
    case RaftMessage::kAppendReply:
      on_append_reply(message);
      break;
    case RaftMessage::kHeartbeatReply:
      on_heartbeat_reply(message);
      break;
    case RaftMessage::kReadRequest:
      reads_.waiting.push_back({message.from(), head.read_request().context()});
      begin_round();
      break;
    case RaftMessage::kReadReply:
      outbox_.reads.push_back({head.read_reply().context(), LogIndex{head.read_reply().index()}});
      break;
    default:
      break;  // late votes; a hand-over to somebody who leads already
  }
  return {};
}

void Raft::on_append_reply(const Message& message) {
  const auto found = progress_.find(message.from());
  if (found == progress_.end()) return;  // removed meanwhile
  const RaftAppendReply& reply = message.head.append_reply();
  if (!reply.accepted()) return on_refused(message, found->second);
  on_accepted(message.from(), found->second, LogIndex{reply.index()});
}

void Raft::on_accepted(const std::string& peer, Progress& progress, LogIndex index) {
  CHECK(index <= log_.last().index, "a follower acknowledges what was never sent");
  appends_due_ = true;
  if (progress.state() == Progress::State::snapshot) {
    if (next(index) < log_.first()) return;
    progress.probe();  // it found the records elsewhere
  }
  if (progress.accepted(index)) advance_commit();
  if (role_ == Role::leader && peer == transferee_) send_timeout_now_if_ready();
}

void Raft::on_refused(const Message& message, Progress& progress) {
  const RaftAppendReply& reply = message.head.append_reply();
  const LogIndex hint = std::min(LogIndex{reply.hint_index()}, log_.last().index);
  auto meet = last_not_newer_than(log_, hint, Term{reply.hint_term()});
  if (!meet) return note_fault(meet.refusal());
  if (progress.refused(LogIndex{reply.index()}, meet->index)) appends_due_ = true;
}

void Raft::on_heartbeat_reply(const Message& message) {
  const auto found = progress_.find(message.from());
  if (found == progress_.end()) return;
  Progress& progress = found->second;
  progress.answered();
  // Something was lost, or is slow: asking again, if only with an empty append, finds out which.
  if (progress.match() < log_.last().index) send_append(message.from(), progress, true);
  on_round_reply(message.from(), message.head.heartbeat_reply().round());
}

// 3.6.2: only a record of our own term commits by counting; it carries the earlier ones with it.
void Raft::advance_commit() {
  std::vector<LogIndex> reached;
  for (const std::string& voter : membership_.now().voters()) {
    const auto at = progress_.find(voter);
    reached.push_back(at == progress_.end() ? LogIndex{} : at->second.match());
  }
  const LogIndex index = quorum_index(std::move(reached));
  if (index <= commit_ || (index < term_start_ && config_.rules.commit_own_term_only)) return;
  follow_commit(index);
  commit_news_ = true;
  if (!may_vote() && membership_.index() <= commit_) {  // 4.2.2; the others are to learn that it is done
    send_appends();
    return become_follower(hard_.term, {});
  }
  begin_round();
}

void Raft::send_appends() {
  const bool news = std::exchange(commit_news_, false);
  if (!std::exchange(appends_due_, false) && !news) return;
  for (auto& [peer, progress] : progress_) {
    if (peer == config_.id) continue;
    bool sent = false;
    while (send_append(peer, progress, false)) sent = true;
    if (!sent && news && progress.state() == Progress::State::replicate) send_append(peer, progress, true);
  }
}

// True if records went out: there may be room for more.
bool Raft::send_append(const std::string& peer, Progress& progress, bool even_if_empty) {
  if (progress.paused()) return false;
  const LogIndex before = prev(progress.next());
  auto term = log_.term_at(before);
  auto records = log_.read(progress.next(), log_.last().index, config_.bytes_per_append_max);
  if (!term || !records) {
    const Refusal& why = term ? records.refusal() : term.refusal();
    note_fault(why);
    if (why.code != Errc::not_found || !progress.active()) return false;
    progress.await_snapshot();
    outbox_.snapshots.push_back({peer});
    return false;
  }
  if (records->empty() && !even_if_empty) return false;
  RaftMessage head;
  RaftAppendRequest& request = *head.mutable_append_request();
  request.set_prev_index(before.value());
  request.set_prev_term(term->value());
  request.set_commit(commit_.value());
  const bool some = !records->empty();
  some ? progress.sent(LogIndex{records->back()->index()}) : progress.sent_empty();
  send(peer, std::move(head), Send::at_once, *std::move(records));
  return some && progress.state() == Progress::State::replicate;
}

void Raft::send_heartbeats(std::uint64_t round) {
  for (const auto& [peer, progress] : progress_) {
    if (peer == config_.id) continue;
    RaftMessage head;
    head.mutable_heartbeat()->set_commit(std::min(progress.match(), commit_).value());
    head.mutable_heartbeat()->set_round(round);
    send(peer, std::move(head), Send::at_once);
  }
}

void Raft::step_down() {
  if (role_ == Role::leader) become_follower(hard_.term, {});
}

Result<void> Raft::transfer_leadership(const std::string& peer) {
  if (role_ != Role::leader) return Refusal{Errc::unavailable, "this manager is not the leader"};
  if (!membership_.now().is_voter(peer)) return Refusal{Errc::invalid, peer + " is not a voter"};
  if (peer == config_.id) return {};
  transferee_ = peer;
  election_elapsed_ = 0;
  appends_due_ = true;
  send_timeout_now_if_ready();
  return {};
}

void Raft::send_timeout_now_if_ready() {
  if (progress_.at(transferee_).match() < log_.last().index) return;
  RaftMessage head;
  head.mutable_timeout_now();
  send(transferee_, std::move(head), Send::at_once);
}

void Raft::report_snapshot(const std::string& peer, std::optional<LogIndex> index) {
  const auto found = progress_.find(peer);
  if (found == progress_.end() || found->second.state() != Progress::State::snapshot) return;
  found->second.snapshot_done(std::min(index.value_or(LogIndex{}), log_.last().index));
}

void Raft::report_unreachable(const std::string& peer) {
  const auto found = progress_.find(peer);
  if (found != progress_.end() && found->second.state() == Progress::State::replicate) found->second.probe();
}

}  // namespace skein::raft
