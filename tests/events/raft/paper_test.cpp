// The Raft paper and thesis, rule by rule: init, step, check. Each test cites what it holds Raft to.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "events/store/chain.h"
#include "tests/events/raft/machine.h"

namespace skein::raft {
namespace {

class Paper : public testing::Test {
 protected:
  static Config config_of(const std::string& id, unsigned peers) {
    Config config;
    config.id = id;
    for (unsigned i = 0; i < peers; ++i) config.voters.push_back(std::string(1, static_cast<char>('a' + i)));
    return config;
  }
  // Puts records of these terms on the machine's disk.
  static void plant(Machine& machine, const std::vector<std::uint64_t>& terms, std::uint64_t current) {
    AppendGroup group;
    for (const RecordPtr& record : records_after(log_start(), terms)) group.records.push_back(record);
    group.hard_state = HardState{Term{current}, {}, {}, {}};
    machine.crash();
    ASSERT_TRUE(machine.disk().append(group));
    machine.restart();
  }
  static std::vector<RecordPtr> records_after(LogPosition last, const std::vector<std::uint64_t>& terms) {
    std::vector<RecordPtr> records;
    for (const std::uint64_t term : terms) {
      Record record = draft("t" + std::to_string(term));
      record.set_index(last.index.value() + 1);
      record.set_term(term);
      record.set_digest(chain_digest(last.digest, record));
      last = position_of(record);
      records.push_back(std::make_shared<const Record>(std::move(record)));
    }
    return records;
  }
  static Message from(const std::string& peer, std::uint64_t term, const Machine& to) {
    Message message;
    message.head.set_version(kProtocolVersion);
    message.head.set_from(peer);
    message.head.set_to(to.config().id);
    message.head.set_term(term);
    return message;
  }
  static Message vote_request(const std::string& peer, std::uint64_t term, const Machine& to, std::uint64_t last_index,
                              std::uint64_t last_term) {
    Message message = from(peer, term, to);
    message.head.mutable_vote_request()->set_last_index(last_index);
    message.head.mutable_vote_request()->set_last_term(last_term);
    return message;
  }
  static Message vote(const std::string& peer, std::uint64_t term, const Machine& to, bool granted, bool pre) {
    Message message = from(peer, term, to);
    message.head.mutable_vote_reply()->set_granted(granted);
    message.head.mutable_vote_reply()->set_pre(pre);
    return message;
  }
  static Message append(const std::string& peer, std::uint64_t term, const Machine& to, std::uint64_t prev_index,
                        std::uint64_t prev_term, std::uint64_t commit, std::vector<RecordPtr> records = {}) {
    Message message = from(peer, term, to);
    message.head.mutable_append_request()->set_prev_index(prev_index);
    message.head.mutable_append_request()->set_prev_term(prev_term);
    message.head.mutable_append_request()->set_commit(commit);
    message.records = std::move(records);
    return message;
  }
  static Message accepted(const std::string& peer, std::uint64_t term, const Machine& to, std::uint64_t index) {
    Message message = from(peer, term, to);
    message.head.mutable_append_reply()->set_accepted(true);
    message.head.mutable_append_reply()->set_index(index);
    return message;
  }
  // Everything `machine` sends in answer.
  static std::vector<Message> answers(Machine& machine, const Message& message) {
    std::vector<Message> out;
    EXPECT_TRUE(machine.raft().step(message));
    machine.settle(out);
    return out;
  }
  static void elect(Machine& machine, const std::vector<std::string>& supporters) {
    std::vector<Message> out;
    machine.raft().campaign();
    machine.settle(out);
    const std::uint64_t term = machine.raft().term().value() + 1;
    for (const std::string& peer : supporters) (void)answers(machine, vote(peer, term, machine, true, true));
    for (const std::string& peer : supporters) (void)answers(machine, vote(peer, term, machine, true, false));
    ASSERT_EQ(machine.raft().role(), Role::leader);
  }
};

// Paper 5.1: "If one server's current term is smaller than the other's, then it updates its current term to the larger
// value. If a candidate or leader discovers that its term is out of date, it immediately reverts to follower state."
TEST_F(Paper, AnyRoleAdoptsANewerTermAndFollows) {
  for (const Role role : {Role::follower, Role::pre_candidate, Role::candidate, Role::leader}) {
    Machine machine{config_of("a", 3), 1};
    std::vector<Message> out;
    if (role == Role::leader) elect(machine, {"b"});
    if (role == Role::pre_candidate || role == Role::candidate) machine.raft().campaign();
    if (role == Role::candidate) (void)answers(machine, vote("b", 1, machine, true, true));
    ASSERT_EQ(machine.raft().role(), role);
    (void)answers(machine, append("c", 5, machine, 0, 0, 0));
    EXPECT_EQ(machine.raft().role(), Role::follower);
    EXPECT_EQ(machine.raft().term(), Term{5});
    EXPECT_EQ(machine.raft().leader(), "c");
  }
}

// Paper 5.1: "If a server receives a request with a stale term number, it rejects the request."
TEST_F(Paper, FollowerRejectsStaleTerm) {
  Machine machine{config_of("a", 3), 1};
  (void)answers(machine, append("b", 3, machine, 0, 0, 0));
  const auto out = answers(machine, append("c", 2, machine, 0, 0, 0, records_after(log_start(), {2})));
  ASSERT_EQ(out.size(), 1u);
  EXPECT_FALSE(out[0].head.append_reply().accepted());
  EXPECT_EQ(out[0].term(), Term{3});
  EXPECT_EQ(machine.raft().last(), LogIndex{0});
  EXPECT_EQ(machine.raft().leader(), "b");
}

// Paper 5.2: "If a follower receives no communication over a period of time called the election timeout, then it
// assumes there is no viable leader"; 9.3/thesis 3.4: timeouts are chosen randomly from a fixed interval.
TEST_F(Paper, ElectionTimeoutsAreRandomWithinTheirInterval) {
  std::set<unsigned> timeouts;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Machine machine{config_of("a", 3), seed};
    unsigned ticks = 0;
    for (; machine.raft().role() == Role::follower; ++ticks) machine.raft().tick(0);
    timeouts.insert(ticks);
  }
  EXPECT_EQ(*timeouts.begin(), 10u);
  EXPECT_EQ(*timeouts.rbegin(), 19u);
  EXPECT_EQ(timeouts.size(), 10u);
}

// Paper 5.2: "To begin an election, a follower increments its current term and transitions to candidate state. It then
// votes for itself and issues RequestVote RPCs in parallel to each of the other servers in the cluster."
TEST_F(Paper, CandidateVotesForItselfAndAsksAllOthers) {
  Machine machine{config_of("a", 3), 1};
  plant(machine, {1, 2}, 2);
  machine.raft().campaign();
  const auto out = answers(machine, vote("b", 3, machine, true, true));
  EXPECT_EQ(machine.raft().role(), Role::candidate);
  EXPECT_EQ(machine.raft().term(), Term{3});
  EXPECT_EQ(machine.raft().voted_for(), "a");
  std::vector<std::string> asked;
  for (const Message& message : out) {
    if (message.head.has_vote_request() && !message.head.vote_request().pre()) asked.push_back(describe(message));
  }
  EXPECT_EQ(asked, (std::vector<std::string>{"a->b term=3 vote? last=2/2", "a->c term=3 vote? last=2/2"}));
}

// Paper 5.2: "Each server will vote for at most one candidate in a given term, on a first-come-first-served basis."
TEST_F(Paper, FollowerVotesForTheFirstThatAsksInATerm) {
  Machine machine{config_of("a", 3), 1};
  EXPECT_TRUE(answers(machine, vote_request("b", 1, machine, 0, 0)).at(0).head.vote_reply().granted());
  EXPECT_FALSE(answers(machine, vote_request("c", 1, machine, 0, 0)).at(0).head.vote_reply().granted());
  EXPECT_TRUE(answers(machine, vote_request("b", 1, machine, 0, 0)).at(0).head.vote_reply().granted());
}

// Thesis 3.8: "each server persists its current term and vote ... before responding to RPCs"
TEST_F(Paper, VotesSurviveARestartBecauseTheyLeaveAfterTheyAreDurable) {
  Machine machine{config_of("a", 3), 1};
  std::vector<Message> out;
  ASSERT_TRUE(machine.raft().step(vote_request("b", 1, machine, 0, 0)));
  machine.collect(out);
  EXPECT_TRUE(out.empty());
  machine.flush(out);
  ASSERT_EQ(out.size(), 1u);
  machine.crash();
  machine.restart();
  EXPECT_FALSE(answers(machine, vote_request("c", 1, machine, 0, 0)).at(0).head.vote_reply().granted());
}

// Paper 5.4.1: "If the logs have last entries with different terms, then the log with the later term is more
// up-to-date. If the logs end with the same term, then whichever log is longer is more up-to-date."
TEST_F(Paper, VoterDeniesItsVoteToALogLessUpToDate) {
  struct Case {
    std::vector<std::uint64_t> ours;
    std::uint64_t last_index, last_term;
    bool granted;
  };
  const Case cases[] = {
      {{1}, 1, 1, true}, {{1}, 2, 1, true},    {{1, 1}, 1, 1, false}, {{1}, 1, 2, true},
      {{1}, 2, 2, true}, {{1, 1}, 1, 2, true}, {{2}, 1, 1, false},    {{2}, 9, 1, false},
  };
  for (const Case& one : cases) {
    Machine machine{config_of("a", 3), 1};
    plant(machine, one.ours, 2);
    const auto out = answers(machine, vote_request("b", 3, machine, one.last_index, one.last_term));
    EXPECT_EQ(out.at(0).head.vote_reply().granted(), one.granted) << one.last_index << "/" << one.last_term;
  }
}

// Paper 5.3: "If the follower does not find an entry in its log with the same index and term, then it refuses the new
// entries."
TEST_F(Paper, FollowerRefusesRecordsThatDoNotMeetItsLog) {
  Machine machine{config_of("a", 3), 1};
  plant(machine, {1, 2}, 2);
  const auto missing = answers(machine, append("b", 3, machine, 3, 2, 0));
  EXPECT_FALSE(missing.at(0).head.append_reply().accepted());
  EXPECT_EQ(missing.at(0).head.append_reply().hint_index(), 2u);
  const auto different = answers(machine, append("b", 3, machine, 2, 3, 0));
  EXPECT_FALSE(different.at(0).head.append_reply().accepted());
  EXPECT_EQ(machine.raft().last(), LogIndex{2});
}

// Paper 5.3: "conflicting entries in follower logs will be overwritten with entries from the leader's log"; figure 2:
// only "if an existing entry conflicts with a new one" is anything deleted.
TEST_F(Paper, FollowerCutsOffOnlyWhatConflicts) {
  const auto ours = records_after(log_start(), {1, 1, 1});
  struct Case {
    std::uint64_t prev_index;
    std::vector<std::uint64_t> sent;  // after prev
    std::uint64_t last;
  };
  const Case cases[] = {{1, {1}, 3}, {1, {1, 1}, 3}, {1, {1, 1, 1}, 4}, {1, {3}, 2}, {2, {3, 3}, 4}, {3, {}, 3}};
  for (const Case& one : cases) {
    Machine machine{config_of("a", 3), 1};
    plant(machine, {1, 1, 1}, 2);
    const auto before = position_of(*ours[one.prev_index - 1]);
    const auto out = answers(machine, append("b", 3, machine, one.prev_index, 1, 0, records_after(before, one.sent)));
    EXPECT_TRUE(out.at(0).head.append_reply().accepted());
    EXPECT_EQ(out.at(0).head.append_reply().index(), one.prev_index + one.sent.size());
    EXPECT_EQ(machine.raft().last(), LogIndex{one.last});
    EXPECT_EQ(machine.disk().last(), LogIndex{one.last});
  }
}

// Figure 2: "If leaderCommit > commitIndex, set commitIndex = min(leaderCommit, index of last new entry)."
TEST_F(Paper, FollowerCommitsNoFurtherThanItIsKnownToMatch) {
  Machine machine{config_of("a", 3), 1};
  plant(machine, {1, 1, 1}, 1);
  (void)answers(machine, append("b", 2, machine, 1, 1, 3));
  EXPECT_EQ(machine.raft().commit(), LogIndex{1});
}

// Paper 5.4.2: "Raft never commits log entries from previous terms by counting replicas. Only log entries from the
// leader's current term are committed by counting replicas". The records of figure 8, (c).
TEST_F(Paper, LeaderCommitsOnlyRecordsOfItsOwnTermByCounting) {
  Machine machine{config_of("a", 5), 1};
  plant(machine, {1, 2}, 3);
  elect(machine, {"b", "c"});
  ASSERT_EQ(machine.raft().last(), LogIndex{3});
  (void)answers(machine, accepted("b", 4, machine, 2));
  (void)answers(machine, accepted("c", 4, machine, 2));
  EXPECT_EQ(machine.raft().commit(), LogIndex{0});
  (void)answers(machine, accepted("b", 4, machine, 3));
  (void)answers(machine, accepted("c", 4, machine, 3));
  EXPECT_EQ(machine.raft().commit(), LogIndex{3});
}

// The same with the rule off: the record is committed, and figure 8 (d) would take it back. The rule does something.
TEST_F(Paper, WithoutThatRuleAnOldTermsRecordWouldCommit) {
  Config config = config_of("a", 5);
  config.rules.commit_own_term_only = false;
  Machine machine{config, 1};
  plant(machine, {1, 2}, 3);
  elect(machine, {"b", "c"});
  (void)answers(machine, accepted("b", 4, machine, 2));
  (void)answers(machine, accepted("c", 4, machine, 2));
  EXPECT_EQ(machine.raft().commit(), LogIndex{2});
}

// Thesis 4.1 and the correction of 2015: "a leader may not append a new configuration until it has committed an entry
// from its current term".
TEST_F(Paper, MembershipChangesWaitForTheTermsFirstCommit) {
  const MembershipChange change{MembershipChange::Kind::add_voter, "d", {}};
  for (const bool rule : {true, false}) {
    Config config = config_of("a", 3);
    config.rules.commit_own_term_before_change = rule;
    Machine machine{config, 1};
    plant(machine, {1}, 1);
    elect(machine, {"b"});
    EXPECT_EQ(bool{machine.raft().propose_change(change, Record{})}, !rule);
  }
  Machine machine{config_of("a", 3), 1};
  elect(machine, {"b"});
  (void)answers(machine, accepted("b", 1, machine, 1));
  EXPECT_TRUE(machine.raft().propose_change(change, Record{}));
}

// Thesis 4.1: "servers always use the latest configuration in their logs, regardless of whether it is committed";
// "a server ... must be prepared to fall back to the previous configuration in its log".
TEST_F(Paper, AMembershipChangeHoldsFromItsRecordOnAndIsUndoneWithIt) {
  Machine machine{config_of("a", 3), 1};
  Record change;
  MembershipChanged& changed = *change.add_events()->mutable_membership_changed();
  for (const char* id : {"a", "b", "c", "d"}) changed.add_peers()->set_id(id);
  change.set_index(1);
  change.set_term(1);
  change.set_digest(chain_digest(chain_start(), change));
  (void)answers(machine, append("b", 1, machine, 0, 0, 0, {std::make_shared<const Record>(change)}));
  EXPECT_TRUE(machine.raft().membership().is_voter("d"));
  machine.crash();
  machine.restart();
  EXPECT_TRUE(machine.raft().membership().is_voter("d"));
  (void)answers(machine, append("c", 2, machine, 0, 0, 0, records_after(log_start(), {2})));
  EXPECT_FALSE(machine.raft().membership().has("d"));
  EXPECT_EQ(machine.raft().membership().voters().size(), 3u);
  machine.crash();
  machine.restart();
  EXPECT_FALSE(machine.raft().membership().has("d"));
}

// Thesis 4.2.3: "if a server receives a RequestVote request within the minimum election timeout of hearing from a
// current leader, it does not update its term or grant its vote."
TEST_F(Paper, AFollowerThatHearsALeaderIgnoresCandidates) {
  Machine machine{config_of("a", 3), 1};
  (void)answers(machine, append("b", 1, machine, 0, 0, 0));
  EXPECT_TRUE(answers(machine, vote_request("c", 9, machine, 5, 5)).empty());
  EXPECT_EQ(machine.raft().term(), Term{1});
  Message forced = vote_request("c", 2, machine, 5, 5);
  forced.head.mutable_vote_request()->set_forced(true);
  EXPECT_TRUE(answers(machine, forced).at(0).head.vote_reply().granted());
}

// Thesis 9.6: a pre-vote moves neither term nor vote.
TEST_F(Paper, APreVoteIsAQuestionOnly) {
  Machine machine{config_of("a", 3), 1};
  Message ask = vote_request("b", 4, machine, 0, 0);
  ask.head.mutable_vote_request()->set_pre(true);
  const auto out = answers(machine, ask);
  EXPECT_TRUE(out.at(0).head.vote_reply().granted());
  EXPECT_EQ(out.at(0).term(), Term{4});
  EXPECT_EQ(machine.raft().term(), Term{0});
  EXPECT_EQ(machine.raft().voted_for(), "");
}

// Thesis 6.2: "a leader steps down if an election timeout elapses without a successful round of heartbeats to a
// majority of its cluster".
TEST_F(Paper, ALeaderWithoutAQuorumStepsDown) {
  Machine machine{config_of("a", 3), 1};
  elect(machine, {"b"});
  for (int tick = 0; tick < 20; ++tick) machine.raft().tick(0);
  EXPECT_EQ(machine.raft().role(), Role::follower);
  EXPECT_EQ(machine.raft().term(), Term{1});
}

// Paper 7: "If instead the follower receives a snapshot that describes a prefix of its log ... entries following the
// snapshot are still valid and must be retained"; they may have been acknowledged.
TEST_F(Paper, ASnapshotOfAPrefixKeepsTheRecordsAfterIt) {
  Machine machine{config_of("a", 3), 1};
  const auto records = records_after(log_start(), {1, 1, 1});
  (void)answers(machine, append("b", 1, machine, 0, 0, 0, records));
  ASSERT_TRUE(machine.raft().restore(position_of(*records[1]), machine.raft().membership()));
  std::vector<Message> out;
  machine.settle(out);
  EXPECT_EQ(machine.raft().last(), LogIndex{3});
  EXPECT_EQ(machine.disk().last(), LogIndex{3});
  EXPECT_EQ(machine.handed_out.size(), 2u);
}

// Paper 7: otherwise "the follower discards its entire log".
TEST_F(Paper, ASnapshotThatContradictsTheLogReplacesIt) {
  Machine machine{config_of("a", 3), 1};
  (void)answers(machine, append("b", 1, machine, 0, 0, 0, records_after(log_start(), {1, 1, 1})));
  const auto theirs = records_after(log_start(), {2, 2});
  ASSERT_TRUE(machine.raft().restore(position_of(*theirs[1]), machine.raft().membership()));
  EXPECT_EQ(machine.raft().restore(position_of(*theirs[0]), machine.raft().membership()).refusal().code,
            Errc::out_of_sequence);
  std::vector<Message> out;
  machine.settle(out);
  EXPECT_EQ(machine.raft().applied(), LogIndex{2});
  EXPECT_EQ(machine.disk().base(), position_of(*theirs[1]));
  machine.crash();
  machine.restart();
  EXPECT_EQ(machine.raft().term(), Term{2});
  const auto next_up = answers(machine, append("c", 2, machine, 2, 2, 2, records_after(position_of(*theirs[1]), {2})));
  EXPECT_TRUE(next_up.at(0).head.append_reply().accepted());
}

// Beyond the paper: the chain of digests is checked before anything is believed.
TEST_F(Paper, RecordsThatDoNotChainAreRefusedWhole) {
  Machine machine{config_of("a", 3), 1};
  auto records = records_after(log_start(), {1, 1, 1});
  Record forged = *records[1];
  forged.mutable_events(0)->set_id("forged");
  records[1] = std::make_shared<const Record>(forged);
  const auto verdict = machine.raft().step(append("b", 1, machine, 0, 0, 0, records));
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.refusal().code, Errc::fault);
  EXPECT_EQ(machine.raft().last(), LogIndex{0});
}

TEST_F(Paper, MessagesOfANewerProtocolOrForOthersAreRefused) {
  Machine machine{config_of("a", 3), 1};
  Message newer = append("b", 1, machine, 0, 0, 0);
  newer.head.set_version(kProtocolVersion + 1);
  EXPECT_EQ(machine.raft().step(newer).refusal().code, Errc::unimplemented);
  Message stray = append("b", 1, machine, 0, 0, 0);
  stray.head.set_to("z");
  EXPECT_EQ(machine.raft().step(stray).refusal().code, Errc::invalid);
  EXPECT_EQ(machine.raft().term(), Term{0});
}

}  // namespace
}  // namespace skein::raft
