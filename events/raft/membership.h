// Membership: who takes part, and MembershipHistory: who did before the newest change. Values; pure.
//
// A change is in force from the moment its record is appended, committed or not (4.1), and is undone when the record
// is cut off. One step back is enough to remember: a leader appends a change only after the earlier one is committed
// (Raft::propose_change), so every change in a log but the newest is committed and never cut.
// Invariants: peers sorted by id, no id twice; a learner gets records but neither votes nor counts (4.2.1).
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/ids.h"
#include "events/proto/events.pb.h"
#include "events/proto/raft.pb.h"

namespace skein::raft {

class Membership {
 public:
  Membership() = default;
  explicit Membership(std::vector<RaftPeer> peers);
  static Membership of_voters(std::span<const std::string> ids);

  const std::vector<RaftPeer>& peers() const { return peers_; }
  const RaftPeer* find(std::string_view id) const;
  bool has(std::string_view id) const { return find(id) != nullptr; }
  bool is_voter(std::string_view id) const;
  std::vector<std::string> voters() const;
  bool empty() const { return peers_.empty(); }
  void set(RaftPeer peer);  // adds or replaces
  void remove(std::string_view id);
  bool operator==(const Membership& other) const;

 private:
  std::vector<RaftPeer> peers_;
};

class MembershipHistory {
 public:
  explicit MembershipHistory(Membership founding = {});
  static MembershipHistory parse(const std::string& bytes);  // CHECKs: it is our own, from our own disk
  const std::string& serialized() const { return bytes_; }   // empty for nobody at index 0

  const Membership& now() const { return now_; }
  LogIndex index() const { return index_; }            // of the record that made it so; 0: founding
  std::optional<Membership> at(LogIndex index) const;  // nullopt: further back than is remembered
  void change(LogIndex index, Membership peers);
  bool cut_from(LogIndex index);  // records from here on are gone; true if that undid the newest change

 private:
  std::string serialize() const;

  Membership now_;
  LogIndex index_;
  Membership earlier_;
  LogIndex earlier_index_;
  std::string bytes_;  // kept, for it is asked for at every step
};

// The membership a record brings; nullptr if it brings none.
const MembershipChanged* membership_in(const Record& record);

}  // namespace skein::raft
