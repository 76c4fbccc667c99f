#include "tests/events/raft/script.h"

#include <fmt/format.h>

#include <memory>
#include <sstream>

#include "events/base/check.h"
#include "events/store/chain.h"

namespace skein::raft {
namespace {

std::string label_suffix(const Record& record) {
  const std::string label = label_of(record);
  return label.empty() ? label : " " + label;
}

}  // namespace

std::string Script::execute(const std::string& command) {
  out_.clear();
  std::istringstream stream{command};
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  if (words == Words{"run"}) {
    for (int i = 0; i < 200 && !quiet(); ++i) step_all();
  } else if (words == Words{"step"}) {
    step_all();
  } else if (!found(words) && !disturb(words) && !ask(words) && !show(words)) {
    print("unknown command");
  }
  look();
  return out_;
}

void Script::add_machine(const std::string& id, const std::vector<std::string>& voters) {
  Config config;
  config.id = id;
  config.voters = voters;
  config.cache_bytes_max = 0;
  machines_.try_emplace(id, std::move(config), machines_.size());
}

bool Script::found(const Words& words) {
  if (words[0] == "peers") {
    const std::vector<std::string> voters(words.begin() + 1, words.end());
    for (const std::string& id : voters) add_machine(id, voters);
  } else if (words[0] == "spare") {
    add_machine(words[1], {});
  } else if (words[0] == "plant") {
    plant(words);
  } else {
    return false;
  }
  return true;
}

// Records of one term and index are the same in every planted log, so that equal prefixes are equal.
void Script::plant(const Words& words) {
  Machine& machine = machines_.at(words[1]);
  AppendGroup group;
  LogPosition last = log_start();
  for (auto term = words.begin() + 2; term != words.end(); ++term) {
    Record record = draft("t" + *term);
    record.set_index(next(last.index).value());
    record.set_term(std::stoull(*term));
    record.set_digest(chain_digest(last.digest, record));
    last = position_of(record);
    group.records.push_back(std::make_shared<const Record>(std::move(record)));
  }
  group.hard_state = HardState{last.term, {}, {}, {}};
  machine.crash();
  CHECK(machine.disk().append(group), "a planted log fits an empty disk");
  machine.restart();
}

bool Script::disturb(const Words& words) {
  const std::string& what = words[0];
  if (what == "cut") {
    cut_.insert({{words[1], words[2]}, {words[2], words[1]}});
  } else if (what == "mend") {
    cut_.clear();
  } else if (what == "crash") {
    machines_.at(words[1]).crash();
    witnesses_[words[1]].restarted();
    told_.erase(words[1]);
  } else if (what == "restart") {
    machines_.at(words[1]).restart();
  } else if (what == "slow") {
    slow_.insert(words[1]);
  } else if (what == "fast") {
    slow_.erase(words[1]);
  } else if (what == "compact") {
    refused(machines_.at(words[1]).disk().drop_before(LogIndex{std::stoull(words[2])}));
  } else if (what == "ship") {
    ship(words[1], words[2]);
  } else {
    return false;
  }
  return true;
}

void Script::ship(const std::string& from, const std::string& to) {
  Raft& sender = machines_.at(from).raft();
  const auto end = sender.record_at(sender.applied());
  const auto peers = sender.membership_at(sender.applied());
  CHECK(end && peers);
  refused(machines_.at(to).raft().restore(position_of(**end), *peers));
  sender.report_snapshot(to, sender.applied());
}

bool Script::ask(const Words& words) {
  const std::string& what = words[0];
  if (words.size() < 2 || !machines_.contains(words[1])) return false;
  Raft& raft = machines_.at(words[1]).raft();
  if (what == "campaign") {
    raft.campaign();
  } else if (what == "tick") {
    for (int left = std::stoi(words[2]); left > 0; --left) raft.tick(0);
  } else if (what == "propose") {
    std::vector<Record> drafts;
    for (auto label = words.begin() + 2; label != words.end(); ++label) drafts.push_back(draft(*label));
    refused(raft.propose(std::move(drafts)));
  } else if (what == "read") {
    refused(raft.read_index(std::stoull(words[2])));
  } else if (what == "transfer") {
    refused(raft.transfer_leadership(words[2]));
  } else if (what == "add" || what == "learn" || what == "remove") {
    change(words);
  } else {
    return false;
  }
  return true;
}

void Script::change(const Words& words) {
  using Kind = MembershipChange::Kind;
  const Kind kind = words[0] == "add" ? Kind::add_voter : words[0] == "learn" ? Kind::add_learner : Kind::remove;
  refused(machines_.at(words[1]).raft().propose_change({kind, words[2], {}}, Record{}));
}

bool Script::quiet() const {
  if (!network_.empty()) return false;
  for (const auto& [id, machine] : machines_) {
    if (!machine.up()) continue;
    if (machine.raft().has_ready() || (machine.flushing() && !slow_.contains(id))) return false;
  }
  return true;
}

void Script::step_all() {
  deliver(std::exchange(network_, {}));
  for (auto& [id, machine] : machines_) {
    if (machine.up()) run_machine(machine);
  }
  look();
}

void Script::run_machine(Machine& machine) {
  const std::string& id = machine.config().id;
  if (!slow_.contains(id)) machine.flush(network_);
  machine.collect(network_);
  const Raft& raft = machine.raft();
  const SoftState now{raft.role(), raft.term(), raft.leader()};
  if (told_[id] != now)
    print(fmt::format("{} is {} in term {}{}", id, name_of(now.role), now.term.value(),
                      now.leader.empty() || now.leader == id ? "" : " of " + now.leader));
  told_[id] = now;
  for (const RecordPtr& record : std::exchange(machine.fresh, {})) {
    refused(witness_.handed_out(id, *record));
    print(fmt::format("{} applies {}/{}{}", id, record->index(), record->term(), label_suffix(*record)));
  }
  for (const ReadState& read : std::exchange(machine.reads, {}))
    print(
        fmt::format("{} may read {} at {}", id, read.context, read.index ? std::to_string(read.index->value()) : "-"));
  for (const SnapshotWanted& wanted : std::exchange(machine.snapshots, {}))
    print(fmt::format("{} is to send {} a snapshot", id, wanted.peer));
}

void Script::deliver(std::vector<Message> messages) {
  for (Message& message : messages) {
    Machine& to = machines_.at(message.to());
    const bool lost = !to.up() || cut_.contains({message.from(), message.to()});
    print((lost ? "x " : "  ") + describe(message));
    if (!lost) refused(to.raft().step(from_wire(to_wire(message))));
  }
}

bool Script::show(const Words& words) {
  if (words[0] == "state") {
    for (const auto& [id, machine] : machines_) show_state(machine);
  } else if (words[0] == "log") {
    for (auto id = words.begin() + 1; id != words.end(); ++id) show_log(machines_.at(*id).raft());
  } else if (words[0] == "progress") {
    show_progress(machines_.at(words[1]).raft());
  } else {
    return false;
  }
  return true;
}

void Script::show_state(const Machine& machine) {
  if (!machine.up()) return print(machine.config().id + " is down");
  const Raft& raft = machine.raft();
  print(fmt::format("{} {} term={} vote={} last={} commit={} applied={} durable={}", raft.id(), name_of(raft.role()),
                    raft.term().value(), raft.voted_for().empty() ? "-" : raft.voted_for(), raft.last().value(),
                    raft.commit().value(), raft.applied().value(), raft.persisted().value()));
}

void Script::show_log(const Raft& raft) {
  std::string line = raft.id() + ":";
  for (LogIndex index{1}; index <= raft.last(); index = next(index)) {
    auto record = raft.record_at(index);
    line += record ? fmt::format(" {}/{}", index.value(), (*record)->term()) : std::string{" ."};
  }
  print(line);
}

void Script::show_progress(const Raft& raft) {
  for (const auto& [peer, progress] : raft.progress())
    print(fmt::format("{} {} match={} next={}{}", peer, name_of(progress.state()), progress.match().value(),
                      progress.next().value(), progress.paused() ? " paused" : ""));
}

void Script::look() {
  std::vector<const Raft*> up;
  for (const auto& [id, machine] : machines_) {
    if (!machine.up()) continue;
    refused(witnesses_[id].look(machine.raft()));
    up.push_back(&machine.raft());
  }
  refused(witness_.look(up));
}

}  // namespace skein::raft
