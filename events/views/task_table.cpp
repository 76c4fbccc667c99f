#include "events/views/task_table.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "events/base/check.h"
#include "events/views/unshare.h"

namespace skein {
namespace {

std::uint32_t hash_of_id(std::string_view id) { return static_cast<std::uint32_t>(XXH3_64bits(id.data(), id.size())); }

std::uint32_t hash_of_slot(std::uint32_t service, std::uint64_t slot) {
  return static_cast<std::uint32_t>(XXH3_64bits_withSeed(&slot, sizeof slot, service));
}

std::uint64_t head_of(std::string_view id) {
  std::uint64_t head = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    head = (head << 8) | (i < id.size() ? static_cast<unsigned char>(id[i]) : 0U);
  }
  return head;
}

// The id inside a packed task. Protobuf writes fields in number order: tag 0x0A, length (ids are short: one byte).
std::string_view packed_id(const char* packed) {
  return {packed + 2, static_cast<std::size_t>(static_cast<unsigned char>(packed[1]))};
}

// Nothing is left to do for it: it ended, or it is as far as it should be.
bool is_settled(const Task& task) {
  return task.status().state() >= task.desired() || task.status().state() >= TASK_COMPLETE;
}

}  // namespace

TaskTable::Number TaskTable::find(std::string_view id) const {
  const std::uint32_t hash = hash_of_id(id);
  return by_id_.find(hash, [&](Number n) { return cell(n).id_hash == hash && this->id(n) == id; });
}

std::string_view TaskTable::id(Number task) const {
  const Cell& c = cell(task);
  return c.live ? std::string_view{c.live->task.id()} : packed_id(c.packed.get());
}

TaskTable::Number TaskTable::take_cell() {
  if (!free_.empty()) {
    const Number task = free_.back();
    free_.pop_back();
    return task;
  }
  if (used_ % kChunk == 0) chunks_.push_back(std::make_unique<std::array<Cell, kChunk>>());
  CHECK(used_ < kNone, "too many tasks");
  return used_++;
}

TaskTable::Number TaskTable::add(Task task) {
  CHECK(!task.id().empty() && task.id().size() < 128, "task id does not fit");
  const Number number = take_cell();
  Cell& c = cell(number);
  c.live = std::make_shared<LiveTask>();
  c.live->task = std::move(task);
  const Task& t = c.live->task;
  c.id_hash = hash_of_id(t.id());
  c.id_head = head_of(t.id());
  c.slot = t.slot();
  by_id_.insert(number, [this](Number n) { return cell(n).id_hash; });
  c.service = by_service_.join(t.service_id(), number);
  c.node = by_node_.join(t.node_id(), number);
  link_slot(number);
  note_dirty(number);
  return number;
}

Task& TaskTable::edit(Number task) {
  Cell& c = cell(task);
  if (!c.live) make_live(c);
  LiveTask& live = unshare(c.live);
  note_dirty(task);
  return live.task;
}

void TaskTable::make_live(Cell& c) {
  const std::string_view bytes{c.packed.get(), c.packed_size};
  c.live = std::make_shared<LiveTask>();
  CHECK(c.live->task.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  c.live->counted = DigestSum::of(DigestKind::task, bytes);
  c.packed.reset();
}

void TaskTable::note_dirty(Number task) {
  if (std::exchange(cell(task).dirty, true)) return;
  dirty_.push_back(task);
}

void TaskTable::edited(Number task) {
  Cell& c = cell(task);
  const std::string& node_id = c.live->task.node_id();
  if (by_node_.id(c.node.group) == node_id) return;
  const Number moved = by_node_.leave(c.node);
  if (moved != kNone) cell(moved).node.at = c.node.at;
  c.node = by_node_.join(node_id, task);
}

std::shared_ptr<const Task> TaskTable::remove(Number task) {
  Cell& c = cell(task);
  if (!c.live) make_live(c);
  sum_ -= c.live->counted;
  unlink_slot(task);
  leave_groups(task);
  by_id_.erase(task, [this](Number n) { return cell(n).id_hash; });
  auto live = std::move(c.live);
  c = Cell{};
  free_.push_back(task);
  const Task* last = &live->task;
  return {std::move(live), last};
}

void TaskTable::leave_groups(Number task) {
  const Cell& c = cell(task);
  const Number moved_in_service = by_service_.leave(c.service);
  if (moved_in_service != kNone) cell(moved_in_service).service.at = c.service.at;
  const Number moved_on_node = by_node_.leave(c.node);
  if (moved_on_node != kNone) cell(moved_on_node).node.at = c.node.at;
}

std::shared_ptr<const Task> TaskTable::get(Number task) const {
  const Cell& c = cell(task);
  if (c.live) return {c.live, &c.live->task};
  auto fresh = std::make_shared<Task>();
  copy_to(task, *fresh);
  return fresh;
}

void TaskTable::copy_to(Number task, Task& out) const {
  const Cell& c = cell(task);
  if (c.live) {
    out = c.live->task;
  } else {
    CHECK(out.ParseFromArray(c.packed.get(), static_cast<int>(c.packed_size)));
  }
}

std::uint32_t TaskTable::slot_hash(Number task) const {
  return hash_of_slot(cell(task).service.group, cell(task).slot);
}

TaskTable::Number TaskTable::first_in_slot(std::uint32_t service, std::uint64_t slot) const {
  return by_slot_.find(hash_of_slot(service, slot),
                       [&](Number n) { return cell(n).service.group == service && cell(n).slot == slot; });
}

void TaskTable::link_slot(Number task) {
  Cell& c = cell(task);
  const Number first = first_in_slot(c.service.group, c.slot);
  if (first == kNone) {
    by_slot_.insert(task, [this](Number n) { return slot_hash(n); });
    return;
  }
  c.slot_after = first;
  cell(first).slot_before = task;
  by_slot_.replace(first, task, slot_hash(task));
}

void TaskTable::unlink_slot(Number task) {
  const Cell& c = cell(task);
  if (c.slot_after != kNone) cell(c.slot_after).slot_before = c.slot_before;
  if (c.slot_before != kNone) {
    cell(c.slot_before).slot_after = c.slot_after;
  } else if (c.slot_after != kNone) {
    by_slot_.replace(task, c.slot_after, slot_hash(task));
  } else {
    by_slot_.erase(task, [this](Number n) { return slot_hash(n); });
  }
}

std::vector<TaskTable::Number> TaskTable::sorted(std::span<const Number> tasks) const {
  std::vector<Number> out{tasks.begin(), tasks.end()};
  std::sort(out.begin(), out.end(), [this](Number a, Number b) {
    const std::uint64_t head_a = cell(a).id_head;
    const std::uint64_t head_b = cell(b).id_head;
    return head_a != head_b ? head_a < head_b : id(a) < id(b);
  });
  return out;
}

std::vector<TaskTable::Number> TaskTable::all() const {
  std::vector<Number> out;
  out.reserve(size());
  for (Number n = 0; n < used_; ++n) {
    if (cell(n).live || cell(n).packed) out.push_back(n);
  }
  return sorted(out);
}

std::vector<TaskTable::Number> TaskTable::in_slot(std::string_view service_id, std::uint64_t slot) const {
  const std::uint32_t service = by_service_.number(service_id);
  if (service == TaskGroups::kNoTask) return {};
  std::vector<Number> out;
  for (Number n = first_in_slot(service, slot); n != kNone; n = cell(n).slot_after) out.push_back(n);
  return sorted(out);
}

std::vector<TaskTable::Number> TaskTable::with_prefix(std::string_view prefix) const {
  const std::size_t shared_bytes = std::min<std::size_t>(prefix.size(), 8);
  const std::uint64_t mask = shared_bytes == 0 ? 0 : ~std::uint64_t{0} << (8 * (8 - shared_bytes));
  const std::uint64_t head = head_of(prefix) & mask;
  std::vector<Number> out;
  for (Number n = 0; n < used_; ++n) {
    const Cell& c = cell(n);
    if ((c.id_head & mask) != head || (!c.live && !c.packed)) continue;
    if (id(n).starts_with(prefix)) out.push_back(n);
  }
  return sorted(out);
}

void TaskTable::settle() {
  for (const Number n : dirty_) {
    if (!cell(n).dirty) continue;
    count(cell(n));
    if (is_settled(cell(n).live->task)) pack(cell(n));
  }
  dirty_.clear();
  pack_at_ = kDirtyLimit;
}

void TaskTable::pack_settled() {
  std::erase_if(dirty_, [this](Number n) {
    Cell& c = cell(n);
    if (!c.dirty) return true;
    if (!is_settled(c.live->task)) return false;
    count(c);
    pack(c);
    return true;
  });
  pack_at_ = std::max(kDirtyLimit, 2 * dirty_.size());
}

// Leaves the serialisation of the task in buffer_.
void TaskTable::count(Cell& c) {
  LiveTask& live = *c.live;
  buffer_.resize(live.task.ByteSizeLong());
  live.task.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(buffer_.data()));
  sum_ -= live.counted;
  live.counted = DigestSum::of(DigestKind::task, buffer_);
  sum_ += live.counted;
  c.dirty = false;
}

void TaskTable::pack(Cell& c) {
  c.packed_size = static_cast<std::uint32_t>(buffer_.size());
  c.packed = std::make_unique_for_overwrite<char[]>(buffer_.size());
  std::memcpy(c.packed.get(), buffer_.data(), buffer_.size());
  c.live.reset();
}

}  // namespace skein
