#include "tests/events/raft/sim.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "events/store/chain.h"

namespace skein::raft {
namespace {

Config config_of(const std::string& id, std::vector<std::string> voters, const Rules& rules, Rng& rng) {
  Config config;
  config.id = id;
  config.voters = std::move(voters);
  config.election_ticks = 10;
  config.inflight_max = 1 + rng.below(4);
  config.bytes_per_append_max = 1 + rng.below(2) * 400;  // one record or a few: windows fill and batches split
  config.committed_bytes_per_ready_max = 300;
  config.cache_bytes_max = 500;  // most of the log has to be read back
  config.rules = rules;
  return config;
}

}  // namespace

Sim::Sim(SimPlan plan) : plan_{plan}, rng_{plan.seed} {
  const auto up_to = [this](std::uint64_t most) { return rng_.below(most + 1); };
  const std::uint64_t calm = up_to(3);  // 0: all faults at their worst
  odds_.lose = up_to(300) >> calm;
  odds_.twice = up_to(200) >> calm;
  odds_.delay_max = 1 + up_to(30);
  odds_.flush = 50 + up_to(950);
  odds_.crash = up_to(20) >> calm;
  odds_.restart = 5 + up_to(100);
  odds_.cut = up_to(40) >> calm;
  odds_.mend = 1 + up_to(40);
  odds_.propose = 20 + up_to(500);
  odds_.read = up_to(200);
  odds_.change = plan.spares == 0 ? 0 : up_to(50);
  odds_.transfer = up_to(10);
  odds_.drop_prefix = chance(500) ? up_to(60) : 0;
  std::vector<std::string> voters;
  for (unsigned i = 0; i < plan.voters; ++i) voters.push_back(std::string(1, static_cast<char>('a' + i)));
  for (unsigned i = 0; i < plan.voters + plan.spares; ++i) {
    const std::string id(1, static_cast<char>('a' + i));
    const auto founding = i < plan.voters ? voters : std::vector<std::string>{};
    machines_.try_emplace(id, config_of(id, founding, plan.rules, rng_), rng_.next());
    tick_odds_[id] = chance(300) ? 20 + up_to(100) : 200 + up_to(300);  // clocks do not run alike
  }
}

std::optional<std::string> Sim::run() {
  for (unsigned i = 0; i < plan_.steps && !complaint_; ++i) step();
  if (!complaint_ && !heal() && !complaint_) complaint_ = "no progress after the faults ended";
  if (complaint_) return "seed " + std::to_string(plan_.seed) + ", step " + std::to_string(now_) + ": " + *complaint_;
  return std::nullopt;
}

void Sim::step() {
  ++now_;
  disturb();
  ask();
  for (auto& [id, machine] : machines_) {
    if (machine.up() && chance(tick_odds_.at(id))) machine.raft().tick(static_cast<std::int64_t>(now_));
    if (machine.up()) run_machine(machine);
  }
  deliver();
  look();
}

Machine& Sim::pick() {
  return std::next(machines_.begin(), static_cast<std::ptrdiff_t>(rng_.below(machines_.size())))->second;
}

void Sim::disturb() {
  if (chance(odds_.crash)) crash(pick());
  if (chance(odds_.restart)) {
    Machine& machine = pick();
    if (!machine.up()) machine.restart();
  }
  if (chance(odds_.cut)) cut();
  if (chance(odds_.mend)) cut_.clear();
  if (chance(odds_.drop_prefix)) drop_prefix(pick());
}

void Sim::crash(Machine& machine) {
  if (!machine.up()) return;
  if (chance(500)) machine.write_only();
  machine.crash();
  witnesses_[machine.config().id].restarted();
  std::erase_if(asked_, [&](const auto& entry) { return entry.first.first == machine.config().id; });
}

void Sim::ask() {
  Machine& machine = pick();
  if (!machine.up()) return;
  Raft& raft = machine.raft();
  if (chance(odds_.propose)) {
    std::vector<Record> drafts;
    for (std::uint64_t n = 1 + rng_.below(4); n > 0; --n) drafts.push_back(draft("x" + std::to_string(++labels_)));
    (void)raft.propose(std::move(drafts));
  }
  if (chance(odds_.read)) {
    const std::pair key{raft.id(), ++contexts_};
    if (raft.read_index(key.second)) asked_.emplace(key, witness_.committed());
  }
  if (raft.role() != Role::leader) return;
  if (chance(odds_.change)) change_membership(raft);
  if (chance(odds_.transfer)) (void)raft.transfer_leadership(pick().config().id);
}

void Sim::change_membership(Raft& leader) {
  using Kind = MembershipChange::Kind;
  const Kind kinds[] = {Kind::add_learner, Kind::add_voter, Kind::remove};
  const MembershipChange change{kinds[rng_.below(3)], pick().config().id, {}};
  if (change.kind == Kind::remove && leader.membership().voters().size() <= 2) return;
  if (leader.propose_change(change, Record{})) ++changes_;
}

void Sim::run_machine(Machine& machine) {
  std::vector<Message> out;
  if (chance(odds_.flush)) machine.flush(out);
  machine.collect(out);
  post(std::move(out));
  ship_snapshots(machine);
  look_at_outputs(machine);
}

void Sim::post(std::vector<Message> letters) {
  for (Message& message : letters) {
    const RaftMessage& head = message.head;
    if (head.has_vote_reply() && head.vote_reply().granted() && !head.vote_reply().pre())
      complain(witness_.voted(message.from(), message.term(), message.to()));
    if (head.has_vote_request() && !head.vote_request().pre())
      complain(witness_.voted(message.from(), message.term(), message.from()));
    if (chance(odds_.lose)) continue;
    if (chance(odds_.twice)) network_.push_back({now_ + rng_.below(odds_.delay_max), message, {}});
    network_.push_back({now_ + rng_.below(odds_.delay_max), std::move(message), {}});
  }
}

void Sim::deliver() {
  const auto late = [this](const Letter& letter) { return letter.due > now_; };
  const auto due = std::stable_partition(network_.begin(), network_.end(), late);
  std::vector<Letter> arriving(std::make_move_iterator(due), std::make_move_iterator(network_.end()));
  network_.erase(due, network_.end());
  for (Letter& letter : arriving) {
    if (letter.snapshot) {
      arrive(*letter.snapshot);
      continue;
    }
    Machine& to = machines_.at(letter.message.to());
    if (!to.up() || cut_.contains({letter.message.from(), letter.message.to()})) continue;
    // Over the wire and back: what is not in the protobuf message does not arrive.
    complain(to.raft().step(from_wire(to_wire(letter.message))));
  }
}

// One link, one way or both; or one machine from all others, a leader by preference: that is when it matters.
void Sim::cut() {
  const std::string a = pick().config().id;
  const std::string b = pick().config().id;
  cut_.emplace(a, b);
  if (chance(500)) cut_.emplace(b, a);
  if (chance(500)) return;
  for (const auto& [lone, machine] : machines_) {
    if (!machine.up() || machine.raft().role() != Role::leader) continue;
    for (const auto& [id, other] : machines_) cut_.insert({{lone, id}, {id, lone}});
  }
}

// Retention: forgets a part of what was handed out. Not while a snapshot is still on its way to the disk.
void Sim::drop_prefix(Machine& machine) {
  if (!machine.up() || machine.raft().applied() == LogIndex{}) return;
  const auto end = machine.raft().record_at(machine.raft().last());
  if (!end || machine.disk().last_digest() != (*end)->digest()) return;
  const LogIndex first{1 + rng_.below(machine.raft().applied().value())};
  if (first <= machine.disk().first()) return;
  EXPECT_TRUE(machine.disk().drop_before(first));
}

void Sim::ship_snapshots(Machine& machine) {
  for (const SnapshotWanted& wanted : std::exchange(machine.snapshots, {})) {
    Raft& raft = machine.raft();
    auto end = raft.record_at(raft.applied());
    const auto peers = raft.membership_at(raft.applied());
    if (!end || !peers || chance(odds_.lose)) {
      raft.report_snapshot(wanted.peer, std::nullopt);
      continue;
    }
    Shipment snapshot{raft.id(), wanted.peer, position_of(**end), *peers};
    network_.push_back({now_ + rng_.below(10 * odds_.delay_max), {}, std::move(snapshot)});
  }
}

void Sim::arrive(const Shipment& snapshot) {
  Machine& to = machines_.at(snapshot.to);
  Machine& from = machines_.at(snapshot.from);
  std::optional<LogIndex> got;
  if (to.up() && to.raft().role() != Role::leader && !cut_.contains({snapshot.from, snapshot.to})) {
    const auto restored = to.raft().restore(snapshot.end, snapshot.peers);
    if (restored) ++snapshots_installed_;
    if (restored || restored.refusal().code == Errc::out_of_sequence) got = snapshot.end.index;
  }
  if (from.up()) from.raft().report_snapshot(snapshot.to, got);
}

void Sim::look() {
  std::vector<const Raft*> up;
  for (auto& [id, machine] : machines_) {
    if (!machine.up()) continue;
    complain(witnesses_[id].look(machine.raft()));
    up.push_back(&machine.raft());
  }
  complain(witness_.look(up));
}

void Sim::look_at_outputs(Machine& machine) {
  const std::string& id = machine.config().id;
  for (const RecordPtr& record : std::exchange(machine.fresh, {})) complain(witness_.handed_out(id, *record));
  for (const ReadState& read : std::exchange(machine.reads, {})) {
    const auto asked = asked_.find({id, read.context});
    if (asked == asked_.end()) continue;  // answered twice, or asked before a crash
    if (read.index && *read.index < asked->second)
      complain(Refusal{Errc::fault, id + ": read barrier: an index older than what was committed when it was asked"});
    ++reads_answered_;
    asked_.erase(asked);
  }
}

void Sim::complain(const Result<void>& verdict) {
  if (!verdict && !complaint_) complaint_ = verdict.refusal().text;
}

bool Sim::heal() {
  odds_ = {0, 0, 2, 800, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  for (auto& [id, odds] : tick_odds_) odds = 500;
  cut_.clear();
  for (auto& [id, machine] : machines_) {
    if (!machine.up()) machine.restart();
  }
  // Ten elections' worth of ticks, at one tick in two steps; then a round trip or two for each record that lags, as
  // windows may be one record wide.
  std::uint64_t bound = 10 * 20 * 2;
  for (const auto& [id, machine] : machines_) bound += 20 * machine.raft().last().value();
  for (std::uint64_t i = 0; i < bound && !complaint_; ++i) {
    step();
    if (i % 50 != 49) continue;
    if (settled()) return true;
    for (auto& [id, machine] : machines_) (void)machine.raft().propose(std::vector<Record>(1, draft("healed")));
  }
  return false;
}

// One leader, and everybody it counts has been handed out the same, something of after the healing included.
bool Sim::settled() {
  const Machine* leader = nullptr;
  for (const auto& [id, machine] : machines_) {
    if (machine.raft().role() != Role::leader) continue;
    if (leader != nullptr) return false;
    leader = &machine;
  }
  if (leader == nullptr || leader->handed_out.empty()) return false;
  if (label_of(*leader->handed_out.back()) != "healed") return false;
  for (const RaftPeer& peer : leader->raft().membership().peers()) {
    const Machine& member = machines_.at(peer.id());
    if (member.handed_out.empty() || member.handed_out.size() != leader->handed_out.size()) return false;
    if (member.handed_out.back()->digest() != leader->handed_out.back()->digest()) return false;
  }
  return true;
}

}  // namespace skein::raft
