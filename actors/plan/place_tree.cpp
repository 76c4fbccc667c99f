#include "actors/plan/place_tree.h"

#include <algorithm>
#include <functional>

namespace skein::plan {

std::uint32_t SpreadTree::leaf(const Path& path, std::uint32_t tasks) {
  std::uint32_t at = 0;
  branches_[at].tasks += tasks;
  for (const std::uint32_t value : path) {
    if (value >= branches_[at].children.size()) branches_[at].children.resize(value + 1, kNone);
    if (branches_[at].children[value] == kNone) {
      branches_[at].children[value] = static_cast<std::uint32_t>(branches_.size());
      branches_.emplace_back();
    }
    at = branches_[at].children[value];
    branches_[at].tasks += tasks;
  }
  return at;
}

void SpreadTree::add(const Path& path, const Candidate& candidate) {
  branches_[leaf(path, candidate.service_tasks())].heap.push_back(candidate);
}

void SpreadTree::add_tasks(const Path& path, std::uint32_t tasks) { leaf(path, tasks); }

void SpreadTree::grow() {
  for (Branch& branch : branches_) {
    std::make_heap(branch.heap.begin(), branch.heap.end(), std::greater<>{});
    for (std::uint32_t value = 0; value < branch.children.size(); ++value) {
      const std::uint32_t child = branch.children[value];
      if (child != kNone) branch.open.emplace(branches_[child].tasks, value);
    }
  }
}

std::optional<std::uint32_t> SpreadTree::next(std::uint32_t at, const Fits& fits) {
  Branch& branch = branches_[at];
  if (branch.children.empty()) {
    const auto found = next_in_leaf(branch.heap, fits);
    if (found) ++branch.tasks;
    return found;
  }
  while (!branch.open.empty()) {
    auto emptiest = branch.open.extract(branch.open.begin());
    const auto value = emptiest.value().second;
    const auto found = next(branch.children[value], fits);
    if (!found) continue;  // closed: it is no longer in `open`
    ++emptiest.value().first;
    branch.open.insert(std::move(emptiest));
    ++branch.tasks;
    return found;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> SpreadTree::next_in_leaf(std::vector<Candidate>& heap, const Fits& fits) {
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), std::greater<>{});
    Candidate& candidate = heap.back();
    if (!fits(candidate)) {
      heap.pop_back();
      continue;
    }
    const std::uint32_t node = candidate.node;
    candidate.add_task();
    std::push_heap(heap.begin(), heap.end(), std::greater<>{});
    return node;
  }
  return std::nullopt;
}

}  // namespace skein::plan
