// SpreadTree: the order in which the tasks of one group go to nodes, even over the branches of the spread preferences,
// level by level; within a branch by Swarm's order (place.h). Without preferences it is one leaf.
//
// Each leaf is a heap of candidates, each inner node an ordered set of its branches by their number of tasks; so the
// next node costs O(levels * log branches + log nodes). Candidates that do not fit are dropped when they come up:
// within a group a node only ever gets fuller. Branches with nothing left are closed.
// Swarm (decision_tree.go, scheduleNTasksOnSubtree) gives each branch its share at once; handing out one task at a
// time to the emptiest open branch comes to the same numbers, and ties go to the smaller label value.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace skein::plan {

// A node and its place in Swarm's order, in two words so that a comparison is two.
struct Candidate {
  Candidate(std::uint32_t node_, std::uint32_t rank, std::uint32_t active_tasks, std::uint32_t tasks,
            std::uint32_t penalty)
      : first{(std::uint64_t{penalty} << 32) | tasks},
        second{(std::uint64_t{active_tasks} << 32) | rank},
        node{node_} {}

  std::uint32_t service_tasks() const { return static_cast<std::uint32_t>(first); }
  void add_task() {
    first += 1;
    second += std::uint64_t{1} << 32;
  }
  bool operator>(const Candidate& other) const {
    return first != other.first ? first > other.first : second > other.second;
  }

  std::uint64_t first;   // recent failures if too many | active tasks of the service
  std::uint64_t second;  // active tasks of all services | rank by node id
  std::uint32_t node;
  bool suits = false;  // what cannot change within the group has been looked at
};

class SpreadTree {
 public:
  SpreadTree() { branches_.emplace_back(); }

  // A node's label value at each level, as its rank among all values; all paths are equally long. Not kept.
  using Path = std::vector<std::uint32_t>;
  void add(const Path& path, const Candidate& candidate);
  // Tasks on a node that takes no new ones count in its branch all the same.
  void add_tasks(const Path& path, std::uint32_t tasks);
  void grow();  // after the last add

  // The next node that `fits`, which gets one more task; nullopt: there is none, nor will there be.
  using Fits = std::function<bool(Candidate&)>;
  std::optional<std::uint32_t> next(const Fits& fits) { return next(0, fits); }

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  struct Branch {
    std::uint32_t tasks = 0;
    std::vector<std::uint32_t> children;                     // by label value; kNone: nobody has that value here
    std::set<std::pair<std::uint32_t, std::uint32_t>> open;  // (tasks, label value)
    std::vector<Candidate> heap;                             // smallest on top; leaves only
  };
  std::uint32_t leaf(const Path& path, std::uint32_t tasks);
  std::optional<std::uint32_t> next(std::uint32_t branch, const Fits& fits);
  std::optional<std::uint32_t> next_in_leaf(std::vector<Candidate>& heap, const Fits& fits);

  std::vector<Branch> branches_;  // 0 is the root
};

}  // namespace skein::plan
