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
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace skein::plan {

struct Candidate {
  std::uint32_t penalty = 0;        // too many recent failures: how many
  std::uint32_t service_tasks = 0;  // active tasks of the service there
  std::uint32_t active_tasks = 0;   // of all services
  std::uint32_t rank = 0;           // by node id
  std::uint32_t node = 0;
  bool suits = false;  // what cannot change within the group has been looked at
  auto operator<=>(const Candidate&) const = default;
};

class SpreadTree {
 public:
  SpreadTree() { branches_.emplace_back(); }

  // `path`: the node's label value at each level; all paths are equally long.
  void add(const std::vector<std::string>& path, const Candidate& candidate);
  // Tasks on a node that takes no new ones count in its branch all the same.
  void add_tasks(const std::vector<std::string>& path, std::uint32_t tasks);
  void grow();  // after the last add

  // The next node that `fits`, which gets one more task; nullopt: there is none, nor will there be.
  using Fits = std::function<bool(Candidate&)>;
  std::optional<std::uint32_t> next(const Fits& fits) { return next(0, fits); }

 private:
  struct Branch {
    std::uint32_t tasks = 0;
    std::map<std::string, std::uint32_t, std::less<>> children;  // label value -> branch
    std::set<std::pair<std::uint32_t, std::string_view>> open;   // (tasks, label value)
    std::vector<Candidate> heap;                                 // smallest on top; leaves only
  };
  std::uint32_t leaf(const std::vector<std::string>& path, std::uint32_t tasks);
  std::optional<std::uint32_t> next(std::uint32_t branch, const Fits& fits);
  std::optional<std::uint32_t> next_in_leaf(std::vector<Candidate>& heap, const Fits& fits);

  std::vector<Branch> branches_;  // 0 is the root
};

}  // namespace skein::plan
