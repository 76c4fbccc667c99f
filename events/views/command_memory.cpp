#include "events/views/command_memory.h"

#include <utility>

namespace skein {

void CommandMemory::note(const Record& record) {
  const std::string& command_id = record.origin().command_id();
  if (command_id.empty() || by_id_.contains(command_id)) return;
  RememberedCommand command;
  command.set_command_id(command_id);
  command.set_index(record.index());
  if (record.events_size() > 0) command.set_object_id(record.events(0).id());
  remember(std::move(command));
}

void CommandMemory::restore(const RememberedCommand& command) { remember(command); }

void CommandMemory::remember(RememberedCommand command) {
  if (commands_.size() == kRemembered) forget_oldest();
  sum_ += DigestSum::of(DigestKind::command, command);
  const RememberedCommand& kept = commands_.emplace_back(std::move(command));
  by_id_.emplace(kept.command_id(), &kept);
}

void CommandMemory::forget_oldest() {
  const RememberedCommand& oldest = commands_.front();
  sum_ -= DigestSum::of(DigestKind::command, oldest);
  by_id_.erase(oldest.command_id());
  commands_.pop_front();
}

const RememberedCommand* CommandMemory::find(std::string_view command_id) const {
  const auto at = by_id_.find(command_id);
  return at == by_id_.end() ? nullptr : at->second;
}

}  // namespace skein
