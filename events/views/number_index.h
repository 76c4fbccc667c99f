// NumberIndex: finds a 32-bit number by the hash of something the number stands for. Four bytes a slot, no keys: the
// owner keeps those and says what is equal. For tables of millions of entries, where a node-based map costs too much.
//
// Is: open addressing with linear probing, at most 70 % full, deletion by shifting back (no tombstones).
// Invariants: a number is in at most once; its hash does not change while it is in; kNone is never a member.
// Not iterable, on purpose: its order depends on hashes and must not reach an output.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace skein {

class NumberIndex {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  // The member with this hash for which same(number) holds, else kNone.
  template <class Same>
  std::uint32_t find(std::uint32_t hash, Same same) const {
    if (slots_.empty()) return kNone;
    for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
      if (slots_[at] == kNone || same(slots_[at])) return slots_[at];
    }
  }

  // REQUIRES: number is not a member. hash_of(n) gives the hash of member n.
  template <class HashOf>
  void insert(std::uint32_t number, HashOf hash_of) {
    if ((size_ + 1) * 10 > slots_.size() * 7) grow(hash_of);
    put(number, hash_of(number));
    ++size_;
  }

  // Puts `to` where `from` was. REQUIRES: from is a member, both have the same hash.
  void replace(std::uint32_t from, std::uint32_t to, std::uint32_t hash) { slots_[position(from, hash)] = to; }

  // REQUIRES: number is a member.
  template <class HashOf>
  void erase(std::uint32_t number, HashOf hash_of) {
    std::size_t hole = position(number, hash_of(number));
    for (std::size_t at = (hole + 1) & mask_; slots_[at] != kNone; at = (at + 1) & mask_) {
      const std::size_t home = hash_of(slots_[at]) & mask_;
      if (((at - home) & mask_) >= ((at - hole) & mask_)) {
        slots_[hole] = slots_[at];
        hole = at;
      }
    }
    slots_[hole] = kNone;
    --size_;
  }

  std::size_t size() const { return size_; }

 private:
  std::size_t position(std::uint32_t number, std::uint32_t hash) const {
    std::size_t at = hash & mask_;
    while (slots_[at] != number) at = (at + 1) & mask_;
    return at;
  }
  void put(std::uint32_t number, std::uint32_t hash) {
    std::size_t at = hash & mask_;
    while (slots_[at] != kNone) at = (at + 1) & mask_;
    slots_[at] = number;
  }
  template <class HashOf>
  void grow(HashOf hash_of) {
    std::vector<std::uint32_t> old = std::exchange(slots_, {});
    slots_.assign(old.empty() ? 16 : old.size() * 2, kNone);
    mask_ = slots_.size() - 1;
    for (const std::uint32_t number : old) {
      if (number != kNone) put(number, hash_of(number));
    }
  }

  std::vector<std::uint32_t> slots_;
  std::size_t mask_ = 0;
  std::size_t size_ = 0;
};

}  // namespace skein
