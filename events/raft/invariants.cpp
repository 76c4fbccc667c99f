#include "events/raft/invariants.h"

namespace skein::raft {
namespace {

Refusal broken(const std::string& peer, const std::string& rule) { return {Errc::fault, peer + ": " + rule}; }

}  // namespace

Result<void> MachineWitness::look(const Raft& raft) {
  const std::string& id = raft.id();
  const Seen now{raft.term(), raft.voted_for(), raft.role(), raft.leader(), raft.commit(), raft.applied(), raft.last()};
  if (now.applied > now.commit) return broken(id, "applied is ahead of commit");
  if (now.commit > now.last) return broken(id, "commit is ahead of the log");
  if (raft.persisted() > now.last) return broken(id, "more is durable than there is");
  if ((now.role == Role::leader) != (now.leader == id)) return broken(id, "a leader knows that it leads, and only it");
  if (now.role == Role::leader && now.voted_for != id) return broken(id, "a leader voted for itself");
  for (const auto& [peer, progress] : raft.progress()) {
    if (progress.match() >= progress.next()) return broken(id, "match < next, of " + peer);
    if (progress.match() > now.last) return broken(id, peer + " has more than its leader");
  }
  if (before_) {
    if (now.term < before_->term) return broken(id, "the term fell");
    if (now.commit < before_->commit || now.applied < before_->applied) return broken(id, "commit or applied fell");
    if (now.term == before_->term) {
      if (!before_->voted_for.empty() && now.voted_for != before_->voted_for)
        return broken(id, "voted twice in a term");
      if (before_->role == Role::leader && now.role == Role::leader && now.last < before_->last)
        return broken(id, "a leader cut its own log");
    }
  }
  before_ = now;
  return {};
}

Result<void> ClusterWitness::look(std::span<const Raft* const> machines) {
  for (const Raft* raft : machines) {
    if (auto good = look_at_log(*raft); !good) return good;
    if (auto good = look_at_commit(*raft); !good) return good;
  }
  for (const Raft* raft : machines) {
    if (auto good = look_at_leader(*raft); !good) return good;
  }
  return {};
}

Result<void> ClusterWitness::look_at_leader(const Raft& raft) {
  if (raft.role() != Role::leader) return {};
  const auto [leader, first] = leaders_.try_emplace(raft.term(), raft.id());
  if (leader->second != raft.id()) return broken(raft.id(), "election safety: a second leader in one term");
  if (raft.term() <= committed_.seen_in) return {};
  auto record = raft.record_at(committed_.index);
  if (!record && record.refusal().code == Errc::not_found && committed_.index <= raft.applied())
    return {};  // compacted
  if (!record || (*record)->digest() != committed_.digest)
    return broken(raft.id(), "leader completeness: record " + std::to_string(committed_.index.value()) + " is missing");
  return {};
}

// From the end back to the first record already known: with its digest known, so is everything before it.
Result<void> ClusterWitness::look_at_log(const Raft& raft) {
  for (LogIndex index = raft.last(); index > LogIndex{}; index = prev(index)) {
    auto record = raft.record_at(index);
    if (!record) return {};  // the log starts here
    const std::string& digest = (*record)->digest();
    const auto [known, fresh] = digests_.try_emplace({index, Term{(*record)->term()}}, digest);
    if (known->second != digest)
      return broken(raft.id(), "log matching: two records " + std::to_string(index.value()) + " of one term");
    if (!fresh) return {};
  }
  return {};
}

Result<void> ClusterWitness::look_at_commit(const Raft& raft) {
  if (raft.commit() <= committed_.index) return {};
  auto record = raft.record_at(raft.commit());
  if (!record) return {};  // just restored from a snapshot
  committed_ = {raft.commit(), (*record)->digest(), raft.term()};
  return {};
}

Result<void> ClusterWitness::handed_out(const std::string& peer, const Record& record) {
  const auto [known, fresh] = handed_out_.try_emplace(LogIndex{record.index()}, record.digest());
  if (known->second == record.digest()) return {};
  return broken(peer, "state machine safety: another record " + std::to_string(record.index()) + " was handed out");
}

Result<void> ClusterWitness::voted(const std::string& voter, Term term, const std::string& candidate) {
  const auto [known, fresh] = votes_.try_emplace({voter, term}, candidate);
  if (known->second == candidate) return {};
  return broken(voter, "gave two votes in term " + std::to_string(term.value()));
}

}  // namespace skein::raft
