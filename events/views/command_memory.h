// CommandMemory: the first outcome of each of the last kRemembered commands, so that repeating a command returns what
// it did the first time. First in, first out by log index, therefore the same on every manager.
//
// A command that was refused or changed nothing left no record and is not here.
#pragma once
#include <cstddef>
#include <deque>
#include <string_view>
#include <unordered_map>

#include "events/proto/record.pb.h"
#include "events/proto/state.pb.h"
#include "events/views/digest_sum.h"

namespace skein {

class CommandMemory {
 public:
  static constexpr std::size_t kRemembered = 65'536;

  // A record without a command id, or of a command already known, leaves nothing.
  void note(const Record& record);
  void restore(const RememberedCommand& command);

  const RememberedCommand* find(std::string_view command_id) const;       // nullptr: new, or too long ago
  const std::deque<RememberedCommand>& all() const { return commands_; }  // by index
  const DigestSum& sum() const { return sum_; }

 private:
  void remember(RememberedCommand command);
  void forget_oldest();

  std::deque<RememberedCommand> commands_;  // never moved: by_id_ points into it; by_id_ is for look-up only
  std::unordered_map<std::string_view, const RememberedCommand*> by_id_;
  DigestSum sum_;
};

}  // namespace skein
