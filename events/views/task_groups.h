// TaskGroups: which tasks belong together (to one service, to one node). Join and leave are O(1); members have no
// order here, whoever lists them sorts.
//
// Groups are numbered so that a task can name its group in four bytes; an empty group is dropped and its number used
// again. A task remembers its place in its group (`at`); when another task is moved into a freed place, the caller is
// told, because it keeps the places.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/views/string_hash.h"

namespace skein {

class TaskGroups {
 public:
  struct Seat {
    std::uint32_t group = 0;
    std::uint32_t at = 0;
  };
  static constexpr std::uint32_t kNoTask = 0xFFFFFFFF;

  Seat join(std::string_view id, std::uint32_t task);
  // Returns the task that now sits at `seat.at` (its place has to be updated), or kNoTask.
  std::uint32_t leave(Seat seat);

  const std::string& id(std::uint32_t group) const { return groups_[group].id; }
  std::span<const std::uint32_t> members(std::string_view id) const;
  bool contains(std::string_view id) const { return numbers_.contains(id); }
  // The number of the group with this id, or kNoTask.
  std::uint32_t number(std::string_view id) const;

 private:
  struct Group {
    std::string id;
    std::vector<std::uint32_t> members;
  };
  std::uint32_t open(std::string_view id);

  std::vector<Group> groups_;
  std::vector<std::uint32_t> free_;
  StringMap<std::uint32_t> numbers_;
};

}  // namespace skein
