// Script: a cluster driven by text, in the manner of etcd's rafttest. Files: tests/data/raft/*.txt.
//
//   # comments                       peers a b c         founds a cluster          campaign a · tick a 20
//   command                          spare d             waits to be added         propose a x y · read a 7
//   ----                             plant a 1 1 4 4     a disk with these terms   transfer a b · add a d · learn a d
//   what it prints                   run                 until nothing happens     remove a d · cut a b · mend
//   (empty line)                     step                every machine once        crash a · restart a
//                                    slow a · fast a     its disk flushes not      compact a 4 · ship a b
//                                    state · log a · progress a
//
// Every message is printed when it arrives ("x" in front: it did not, the link is cut or the peer down). The witnesses
// look after every command; a violation is printed, so it cannot pass unseen.
#pragma once
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "events/raft/invariants.h"
#include "tests/events/raft/machine.h"

namespace skein::raft {

class Script {
 public:
  // What `command` prints; lines end with \n.
  std::string execute(const std::string& command);

 private:
  using Words = std::vector<std::string>;
  bool found(const Words& words);    // peers, spare, plant
  bool disturb(const Words& words);  // cut, mend, crash, restart, slow, fast, compact, ship
  bool ask(const Words& words);      // campaign, tick, propose, read, transfer, changes
  bool show(const Words& words);     // state, log, progress
  void add_machine(const std::string& id, const std::vector<std::string>& voters);
  void plant(const Words& words);
  void change(const Words& words);
  void ship(const std::string& from, const std::string& to);
  void step_all();
  bool quiet() const;
  void run_machine(Machine& machine);
  void deliver(std::vector<Message> messages);
  void show_state(const Machine& machine);
  void show_log(const Raft& raft);
  void show_progress(const Raft& raft);
  void print(const std::string& line) { out_ += line + "\n"; }
  template <class T>
  void refused(const Result<T>& result) {
    if (!result) print("refused: " + result.refusal().text);
  }
  void look();

  std::map<std::string, Machine> machines_;
  std::map<std::string, SoftState> told_;
  std::map<std::string, MachineWitness> witnesses_;
  ClusterWitness witness_;
  std::vector<Message> network_;
  std::set<std::pair<std::string, std::string>> cut_;
  std::set<std::string> slow_;
  std::string out_;
};

}  // namespace skein::raft
