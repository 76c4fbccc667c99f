// TaskTable: all tasks of a View, built so that a million of them fit.
//
// A task is *live* (a message others may share) while it has something to do or was changed a moment ago, and *packed*
// (its serialisation, about a quarter of the memory) once it is settled: ended, or running as wished. Reading a packed
// task makes a new message; equal tasks need not be equal pointers. Packing happens when many tasks (kDirtyLimit) have
// changed or when the digest is asked for; it never shows in a result.
//
// Invariants: ids are unique; every task is in exactly one service group, one node group (the group "" has those
// without a node) and one slot list; sum() after settle() is the digest sum of all tasks.
// A task is meant by its number, which is valid until remove() and then used again.
//
// Cost: look-up, add, change and remove O(1); a prefix search and all() are linear.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/proto/state.pb.h"
#include "events/views/digest_sum.h"
#include "events/views/number_index.h"
#include "events/views/task_groups.h"

namespace skein {

class TaskTable {
 public:
  using Number = std::uint32_t;
  static constexpr Number kNone = NumberIndex::kNone;
  static constexpr std::size_t kDirtyLimit = 16'384;

  Number find(std::string_view id) const;
  std::size_t size() const { return by_id_.size(); }

  // REQUIRES: the id is new; service and slot are final.
  Number add(Task task);
  // Writable until the next call of anything here; others' pointers do not see the change. REQUIRES: id, service_id,
  // slot and spec_version stay as they are. Afterwards call edited().
  Task& edit(Number task);
  void edited(Number task);  // re-files the task under its node
  std::shared_ptr<const Task> remove(Number task);

  std::shared_ptr<const Task> get(Number task) const;
  void copy_to(Number task, Task& out) const;
  std::string_view id(Number task) const;

  // In id order.
  std::vector<Number> all() const;
  std::vector<Number> of_service(std::string_view service_id) const { return sorted(by_service_.members(service_id)); }
  std::vector<Number> on_node(std::string_view node_id) const { return sorted(by_node_.members(node_id)); }
  std::vector<Number> in_slot(std::string_view service_id, std::uint64_t slot) const;
  std::vector<Number> with_prefix(std::string_view prefix) const;

  // A note the fold may leave on a task for the length of one record.
  std::uint32_t& mark(Number task) { return cell(task).mark; }

  // Brings sum() up to date and packs what is settled: O(tasks changed since the last time).
  void settle();
  // Packs what is settled once enough has changed. What is still under way is neither hashed nor looked at again until
  // as much has changed once more: amortised O(1) a change.
  void pack_now_and_then() {
    if (dirty_.size() >= pack_at_) pack_settled();
  }
  const DigestSum& sum() const { return sum_; }

 private:
  struct LiveTask {
    Task task;
    DigestSum counted;  // what sum_ holds for this task
  };
  struct Cell {
    std::shared_ptr<LiveTask> live;  // either this
    std::unique_ptr<char[]> packed;  // or this; neither in a free cell
    std::uint64_t id_head = 0;       // first 8 bytes of the id, big endian: sorts and searches without a cache miss
    std::uint64_t slot = 0;
    std::uint32_t packed_size = 0;
    std::uint32_t id_hash = 0;
    TaskGroups::Seat service;
    TaskGroups::Seat node;
    Number slot_before = kNone;
    Number slot_after = kNone;
    std::uint32_t mark = kNone;
    bool dirty = false;
  };
  static constexpr std::size_t kChunk = 1'024;

  Cell& cell(Number task) { return (*chunks_[task / kChunk])[task % kChunk]; }
  const Cell& cell(Number task) const { return (*chunks_[task / kChunk])[task % kChunk]; }
  Number take_cell();
  void make_live(Cell& cell);
  void note_dirty(Number task);
  void pack_settled();
  void count(Cell& cell);
  void pack(Cell& cell);
  void join_node(Number task, std::string_view node_id);
  void leave_groups(Number task);
  void link_slot(Number task);
  void unlink_slot(Number task);
  std::uint32_t slot_hash(Number task) const;
  Number first_in_slot(std::uint32_t service, std::uint64_t slot) const;
  std::vector<Number> sorted(std::span<const Number> tasks) const;

  std::vector<std::unique_ptr<std::array<Cell, kChunk>>> chunks_;
  Number used_ = 0;  // cells ever taken
  std::vector<Number> free_;
  NumberIndex by_id_;
  NumberIndex by_slot_;  // the first task of every slot list
  TaskGroups by_service_;
  TaskGroups by_node_;
  std::vector<Number> dirty_;  // changed since counted; may name cells that are free by now
  std::size_t pack_at_ = kDirtyLimit;
  DigestSum sum_;
  std::string buffer_;
};

}  // namespace skein
