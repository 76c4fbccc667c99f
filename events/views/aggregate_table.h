// AggregateTable: all aggregates of one of the kinds there are few of (nodes, services, networks, secrets, configs),
// in id order, with their digest. Tasks have a table of their own.
//
// States are copy-on-write: a pointer handed out never changes. sum() is up to date after settle(); what changed
// since is kept as a list of ids, so a state that changes often is hashed once.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/base/check.h"
#include "events/views/digest_sum.h"
#include "events/views/unshare.h"

namespace skein {

template <class State>
class AggregateTable {
 public:
  explicit AggregateTable(DigestKind kind) : kind_{kind} {}

  std::shared_ptr<const State> get(std::string_view id) const {
    const auto at = entries_.find(id);
    return at == entries_.end() ? nullptr : at->second.state;
  }
  bool contains(std::string_view id) const { return entries_.contains(id); }
  std::size_t size() const { return entries_.size(); }

  // Writable until the next call of anything here. edit REQUIRES that the id is there, add that it is not.
  State& edit(std::string_view id) {
    const auto at = entries_.find(id);
    CHECK(at != entries_.end());
    note_dirty(at->first, at->second);
    return unshare(at->second.state);
  }
  State& add(const std::string& id) {
    const auto [at, is_new] = entries_.try_emplace(id);
    CHECK(is_new, "aggregate was born twice");
    at->second.state = std::make_shared<State>();
    note_dirty(at->first, at->second);
    return *at->second.state;
  }
  // REQUIRES: the id is there.
  std::shared_ptr<const State> remove(std::string_view id) {
    const auto at = entries_.find(id);
    CHECK(at != entries_.end());
    sum_ -= at->second.counted;
    auto last = std::move(at->second.state);
    entries_.erase(at);
    return last;
  }

  std::vector<std::shared_ptr<const State>> all() const {
    std::vector<std::shared_ptr<const State>> out;
    out.reserve(entries_.size());
    for (const auto& [id, entry] : entries_) out.push_back(entry.state);
    return out;
  }
  std::vector<std::shared_ptr<const State>> with_prefix(std::string_view prefix) const {
    std::vector<std::shared_ptr<const State>> out;
    for (auto at = entries_.lower_bound(prefix); at != entries_.end() && at->first.starts_with(prefix); ++at) {
      out.push_back(at->second.state);
    }
    return out;
  }

  void settle() {
    for (const std::string& id : dirty_) {
      const auto at = entries_.find(id);
      if (at == entries_.end() || !std::exchange(at->second.dirty, false)) continue;
      sum_ -= at->second.counted;
      at->second.counted = DigestSum::of(kind_, *at->second.state);
      sum_ += at->second.counted;
    }
    dirty_.clear();
  }
  const DigestSum& sum() const { return sum_; }

 private:
  struct Entry {
    std::shared_ptr<State> state;
    DigestSum counted;  // what sum_ holds for this state
    bool dirty = false;
  };
  void note_dirty(const std::string& id, Entry& entry) {
    if (!std::exchange(entry.dirty, true)) dirty_.push_back(id);
  }

  DigestKind kind_;
  std::map<std::string, Entry, std::less<>> entries_;
  std::vector<std::string> dirty_;
  DigestSum sum_;
};

}  // namespace skein
