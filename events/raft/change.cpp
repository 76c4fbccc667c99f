// Membership changes, one peer at a time (4.1): any quorum before the change and any quorum after it share a peer.
#include <string>
#include <utility>

#include "events/raft/raft.h"

namespace skein::raft {
namespace {

Refusal unchanged(const std::string& why) { return {Errc::failed_precondition, "raft: " + why}; }

}  // namespace

Result<Membership> Raft::changed_membership(const MembershipChange& change) const {
  Membership after = membership_.now();
  const RaftPeer* const known = after.find(change.peer);
  if (change.peer.empty()) return Refusal{Errc::invalid, "raft: a membership change names no peer"};
  if (change.kind == MembershipChange::Kind::remove) {
    if (known == nullptr) return unchanged(change.peer + " is not a member");
    after.remove(change.peer);
    if (after.voters().empty()) return unchanged("removing " + change.peer + " would leave no voter");
    return after;
  }
  const bool learner = change.kind == MembershipChange::Kind::add_learner;
  if (known != nullptr && learner && !known->learner()) return unchanged(change.peer + " is a voter already");
  RaftPeer peer = known == nullptr ? RaftPeer{} : *known;
  peer.set_id(change.peer);
  peer.set_learner(learner);
  if (!change.addr.empty()) peer.set_addr(change.addr);
  after.set(std::move(peer));
  if (after == membership_.now()) return unchanged(change.peer + " is a member already");
  return after;
}

Result<Proposed> Raft::propose_change(const MembershipChange& change, Record draft) {
  if (auto may = may_propose(); !may) return may.refusal();
  if (membership_in(draft) != nullptr) return Refusal{Errc::invalid, "raft: the draft has a membership of its own"};
  const bool settled = own_term_committed() || !config_.rules.commit_own_term_before_change;
  if (!settled || membership_.index() > commit_)
    return Refusal{Errc::unavailable, "an earlier change of the membership is not committed yet"};
  auto after = changed_membership(change);
  if (!after) return after.refusal();
  MembershipChanged& changed = *draft.add_events()->mutable_membership_changed();
  for (const RaftPeer& peer : after->peers()) *changed.add_peers() = peer;
  return append_own(std::vector<Record>(1, std::move(draft)));
}

}  // namespace skein::raft
