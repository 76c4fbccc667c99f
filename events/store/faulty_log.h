// FaultyLog: wraps another EventLog and fails on demand, the ways disks do. For tests and simulation.
//
//   disk_full     the append is refused, nothing is written, the next may succeed
//   before_write  an I/O error, nothing is written; the log is stopped
//   after_write   an I/O error although all is written (a failed flush that reached the disk); stopped
//   torn          an I/O error, the first records are written and the rest is not; stopped. Breaks EventLog's promise
//                 on purpose: what a store without atomic groups would do. Never drawn by chance
// A stopped log refuses every write until reopen(), which stands for the restart of the process. Two lies of a disk:
// lose_unsynced(n) makes the last n groups vanish at the next reopen(), hard state and all, although they were
// acknowledged; flip_byte(index) makes every read that covers this record find one bit changed and refuse.
//
// Threads: none; one owner. Errors: Errc::fault, worded as LmdbLog's.
#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "events/base/rng.h"
#include "events/store/event_log.h"

namespace skein {

class FaultyLog final : public EventLog {
 public:
  enum class Fault : unsigned char { disk_full, before_write, after_write, torn };

  // Chances in a million, drawn once for each append.
  struct Odds {
    std::uint64_t disk_full = 0;
    std::uint64_t before_write = 0;
    std::uint64_t after_write = 0;
  };

  explicit FaultyLog(std::unique_ptr<EventLog> inner) : inner_{std::move(inner)} {}

  void fail_next_append(Fault fault) { next_fault_ = fault; }
  void set_odds(Rng& rng, Odds odds);  // `rng` must outlive this
  void flip_byte(LogIndex index) { flipped_.insert(index); }
  void heal() { flipped_.clear(); }
  // At most the last kGroupsRemembered; a restart after a snapshot or a dropped prefix cannot be lost.
  void lose_unsynced(std::size_t groups) { lose_ = groups; }
  static constexpr std::size_t kGroupsRemembered = 64;

  bool stopped() const { return stopped_; }
  void reopen();
  EventLog& inner() { return *inner_; }

  LogIndex first() const override { return inner_->first(); }
  LogIndex last() const override { return inner_->last(); }
  Term last_term() const override { return inner_->last_term(); }
  std::string last_digest() const override { return inner_->last_digest(); }
  LogPosition base() const override { return inner_->base(); }
  HardState hard_state() const override { return inner_->hard_state(); }

  Result<void> append(const AppendGroup& group) override;
  Result<std::vector<RecordPtr>> read(LogIndex from, ReadBounds bounds) const override;
  Result<Term> term_at(LogIndex index) const override { return inner_->term_at(index); }
  Result<LogIndex> index_at(std::int64_t at_ns) const override { return inner_->index_at(at_ns); }

  Result<Payload> payload(const std::string& digest) const override { return inner_->payload(digest); }
  Result<void> erase_payload(const std::string& digest) override;

  Result<void> save_snapshot(const Snapshot& snapshot) override;
  Result<std::shared_ptr<const Snapshot>> snapshot_before(LogIndex index) const override {
    return inner_->snapshot_before(index);
  }
  Result<std::vector<LogIndex>> snapshots() const override { return inner_->snapshots(); }
  Result<void> drop_snapshot(LogIndex index) override;
  Result<void> drop_before(LogIndex first) override;

 private:
  // How to take one group back.
  struct Undo {
    LogIndex last;                   // before it
    std::vector<RecordPtr> cut_off;  // what it truncated
    HardState hard_state;
  };
  std::optional<Fault> draw();
  Result<void> carry_out(Fault fault, const AppendGroup& group);
  Result<void> remember_and_append(const AppendGroup& group);
  Undo undo_of(const AppendGroup& group) const;
  void take_back(const Undo& undo);

  std::unique_ptr<EventLog> inner_;
  std::optional<Fault> next_fault_;
  Rng* rng_ = nullptr;
  Odds odds_;
  std::set<LogIndex> flipped_;
  std::size_t lose_ = 0;
  std::deque<Undo> undos_;
  bool stopped_ = false;
};

}  // namespace skein
