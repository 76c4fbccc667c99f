// Sim: a small cluster of Machines on a bad network, all from one seed. The seed draws the faults and their odds.
//
// Messages are lost, late, doubled and out of order; links are cut one way or both; machines crash and lose what they
// had not flushed, or had flushed but not yet heard of; disks are slow; peers join, leave, take over. After every step
// the witnesses look. heal() ends the faults and demands one leader and equal logs within a bound.
// A violation is a text, not a test failure: the tests of broken rules want to see one.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "events/raft/invariants.h"
#include "tests/events/raft/machine.h"

namespace skein::raft {

struct SimPlan {
  std::uint64_t seed = 0;
  unsigned voters = 3;
  unsigned spares = 0;  // machines that wait to be added
  unsigned steps = 2000;
  Rules rules;
};

class Sim {
 public:
  explicit Sim(SimPlan plan);

  // Runs all steps, then heals. nullopt: nothing was violated.
  std::optional<std::string> run();

  std::uint64_t last_draw() { return rng_.next(); }  // equal for two runs of one seed
  LogIndex committed() const { return witness_.committed(); }
  unsigned changes() const { return changes_; }
  unsigned reads() const { return reads_answered_; }
  unsigned snapshots() const { return snapshots_installed_; }

 private:
  struct Shipment {  // a snapshot
    std::string from;
    std::string to;
    LogPosition end;
    Membership peers;
  };
  struct Letter {
    std::uint64_t due = 0;
    Message message;
    std::optional<Shipment> snapshot;  // instead of a message
  };
  struct Odds {  // in a thousand, each step
    std::uint64_t lose, twice, delay_max, flush, crash, restart, cut, mend, propose, read, change, transfer,
        drop_prefix;
  };
  bool chance(std::uint64_t in_a_thousand) { return rng_.below(1000) < in_a_thousand; }
  Machine& pick();
  void step();
  void disturb();
  void cut();
  void ask();
  void change_membership(Raft& leader);
  void run_machine(Machine& machine);
  void post(std::vector<Message> letters);
  void deliver();
  void crash(Machine& machine);
  void drop_prefix(Machine& machine);
  void ship_snapshots(Machine& machine);
  void arrive(const Shipment& snapshot);
  void look();
  void look_at_outputs(Machine& machine);
  bool heal();
  bool settled();
  void complain(const Result<void>& verdict);

  SimPlan plan_;
  SeededRng rng_;
  Odds odds_;
  std::map<std::string, std::uint64_t> tick_odds_;
  std::map<std::string, Machine> machines_;
  std::map<std::string, MachineWitness> witnesses_;
  ClusterWitness witness_;
  std::vector<Letter> network_;
  std::set<std::pair<std::string, std::string>> cut_;
  std::map<std::pair<std::string, std::uint64_t>, LogIndex> asked_;  // read barriers: what was committed then
  std::uint64_t now_ = 0;
  std::uint64_t contexts_ = 0;
  unsigned labels_ = 0;
  unsigned changes_ = 0;
  unsigned reads_answered_ = 0;
  unsigned snapshots_installed_ = 0;
  std::optional<std::string> complaint_;
};

}  // namespace skein::raft
