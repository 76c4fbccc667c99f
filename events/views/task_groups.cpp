#include "events/views/task_groups.h"

#include "events/base/check.h"

namespace skein {

TaskGroups::Seat TaskGroups::join(std::string_view id, std::uint32_t task) {
  const auto known = numbers_.find(id);
  const std::uint32_t group = known == numbers_.end() ? open(id) : known->second;
  auto& members = groups_[group].members;
  members.push_back(task);
  return Seat{group, static_cast<std::uint32_t>(members.size() - 1)};
}

std::uint32_t TaskGroups::open(std::string_view id) {
  std::uint32_t group = static_cast<std::uint32_t>(groups_.size());
  if (free_.empty()) {
    groups_.emplace_back();
  } else {
    group = free_.back();
    free_.pop_back();
  }
  groups_[group].id = id;
  numbers_.emplace(std::string{id}, group);
  return group;
}

std::uint32_t TaskGroups::leave(Seat seat) {
  Group& group = groups_[seat.group];
  CHECK(seat.at < group.members.size(), "task is not in its group");
  const std::uint32_t last = group.members.back();
  const bool moved = seat.at + 1 < group.members.size();
  group.members[seat.at] = last;
  group.members.pop_back();
  if (group.members.empty()) {
    numbers_.erase(group.id);
    group = Group{};
    free_.push_back(seat.group);
  }
  return moved ? last : kNoTask;
}

std::span<const std::uint32_t> TaskGroups::members(std::string_view id) const {
  const auto known = numbers_.find(id);
  if (known == numbers_.end()) return {};
  return groups_[known->second].members;
}

std::uint32_t TaskGroups::number(std::string_view id) const {
  const auto known = numbers_.find(id);
  return known == numbers_.end() ? kNoTask : known->second;
}

}  // namespace skein
