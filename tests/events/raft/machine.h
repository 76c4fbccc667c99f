// Machine: one Raft with a disk of its own (MemoryLog), which survives the Raft. The host's loop, step by step.
//
// The disk is slow on demand: collect() takes a Ready and holds its group back until flush(). crash() loses what was
// not flushed; restart() builds a new Raft from the disk.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/base/rng.h"
#include "events/raft/raft.h"
#include "events/store/memory_log.h"

namespace skein::raft {

class Machine {
 public:
  Machine(Config config, std::uint64_t seed);

  // Takes one Ready: records what was handed out, queues what may leave into `out`, keeps the group for flush().
  // False if there was nothing to take.
  bool collect(std::vector<Message>& out);
  bool flushing() const { return waiting_.has_value(); }
  void flush(std::vector<Message>& out);   // the group becomes durable, its promises leave
  void settle(std::vector<Message>& out);  // collect and flush until there is nothing left
  void write_only() {
    if (waiting_) (void)write();
  }  // the disk has it, but the process dies before it knows
  void crash();
  void restart();
  bool up() const { return raft_ != nullptr; }

  Raft& raft() { return *raft_; }
  const Raft& raft() const { return *raft_; }
  const Config& config() const { return config_; }
  MemoryLog& disk() { return *disk_; }
  const MemoryLog& disk() const { return *disk_; }

  std::vector<RecordPtr> handed_out;  // everything ever handed out, across restarts, without repetition
  std::vector<ReadState> reads;       // answers since somebody last took them
  std::vector<SnapshotWanted> snapshots;
  std::vector<RecordPtr> fresh;  // handed out since somebody last took them

 private:
  bool write();

  Config config_;
  SeededRng rng_;
  std::unique_ptr<MemoryLog> disk_;
  std::unique_ptr<StoredLog> reader_;
  std::unique_ptr<Raft> raft_;
  std::optional<Ready> waiting_;
};

// A draft with one event, an ignorable one that names `label`; drafts with different labels have different digests.
Record draft(const std::string& label);
// What draft() put into it; "" for records Raft made.
std::string label_of(const Record& record);

}  // namespace skein::raft
