#include "events/raft/membership.h"

#include <algorithm>
#include <utility>

#include "events/base/check.h"

namespace skein::raft {
namespace {

bool same(const RaftPeer& a, const RaftPeer& b) {
  return a.id() == b.id() && a.addr() == b.addr() && a.learner() == b.learner();
}

}  // namespace

Membership::Membership(std::vector<RaftPeer> peers) {
  for (RaftPeer& peer : peers) set(std::move(peer));
}

Membership Membership::of_voters(std::span<const std::string> ids) {
  Membership made;
  for (const std::string& id : ids) {
    RaftPeer peer;
    peer.set_id(id);
    made.set(std::move(peer));
  }
  return made;
}

const RaftPeer* Membership::find(std::string_view id) const {
  const auto found = std::ranges::find_if(peers_, [&](const RaftPeer& peer) { return peer.id() == id; });
  return found == peers_.end() ? nullptr : &*found;
}

bool Membership::is_voter(std::string_view id) const {
  const RaftPeer* const peer = find(id);
  return peer != nullptr && !peer->learner();
}

std::vector<std::string> Membership::voters() const {
  std::vector<std::string> ids;
  for (const RaftPeer& peer : peers_) {
    if (!peer.learner()) ids.push_back(peer.id());
  }
  return ids;
}

void Membership::set(RaftPeer peer) {
  const auto at = std::ranges::lower_bound(peers_, peer.id(), {}, [](const RaftPeer& p) { return p.id(); });
  if (at != peers_.end() && at->id() == peer.id())
    *at = std::move(peer);
  else
    peers_.insert(at, std::move(peer));
}

void Membership::remove(std::string_view id) {
  std::erase_if(peers_, [&](const RaftPeer& peer) { return peer.id() == id; });
}

bool Membership::operator==(const Membership& other) const { return std::ranges::equal(peers_, other.peers_, same); }

MembershipHistory::MembershipHistory(Membership founding) : now_{std::move(founding)}, bytes_{serialize()} {}

MembershipHistory MembershipHistory::parse(const std::string& bytes) {
  RaftMembershipState state;
  CHECK(state.ParseFromString(bytes), "the hard state's membership cannot be read");
  MembershipHistory history{Membership{{state.peers().begin(), state.peers().end()}}};
  history.index_ = LogIndex{state.index()};
  history.earlier_ = Membership{{state.earlier_peers().begin(), state.earlier_peers().end()}};
  history.earlier_index_ = LogIndex{state.earlier_index()};
  history.bytes_ = history.serialize();
  return history;
}

std::string MembershipHistory::serialize() const {
  if (now_.empty() && index_ == LogIndex{}) return {};
  RaftMembershipState state;
  state.set_index(index_.value());
  for (const RaftPeer& peer : now_.peers()) *state.add_peers() = peer;
  state.set_earlier_index(earlier_index_.value());
  for (const RaftPeer& peer : earlier_.peers()) *state.add_earlier_peers() = peer;
  return state.SerializeAsString();
}

std::optional<Membership> MembershipHistory::at(LogIndex index) const {
  if (index_ <= index) return now_;
  if (earlier_index_ <= index) return earlier_;
  return std::nullopt;
}

void MembershipHistory::change(LogIndex index, Membership peers) {
  CHECK(index > index_, "membership changes come in the order of the log");
  earlier_ = std::exchange(now_, std::move(peers));
  earlier_index_ = std::exchange(index_, index);
  bytes_ = serialize();
}

bool MembershipHistory::cut_from(LogIndex index) {
  if (index_ < index) return false;
  CHECK(earlier_index_ < index, "only the newest membership change may be cut off");
  now_ = std::exchange(earlier_, Membership{});
  index_ = std::exchange(earlier_index_, LogIndex{});
  bytes_ = serialize();
  return true;
}

const MembershipChanged* membership_in(const Record& record) {
  const auto& events = record.events();
  const auto brings = [](const Event& event) { return event.has_membership_changed(); };
  const auto found = std::ranges::find_if(events, brings);
  return found == events.end() ? nullptr : &found->membership_changed();
}

}  // namespace skein::raft
