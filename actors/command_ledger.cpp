#include "actors/command_ledger.h"

#include <utility>

namespace skein {

void CommandLedger::remember(const RememberedCommand& command) {
  if (command.command_id().empty() || !done_.try_emplace(command.command_id(), command).second) return;
  order_.push_back(command.command_id());
  if (order_.size() <= kCommandsKept) return;
  done_.erase(order_.front());
  order_.pop_front();
}

void CommandLedger::follow(const FoldedRecord& record) {
  if (record.record->origin().command_id().empty()) return;
  RememberedCommand command;
  command.set_command_id(record.record->origin().command_id());
  command.set_index(record.record->index());
  if (record.record->events_size() > 0) command.set_object_id(record.record->events(0).id());
  remember(command);
}

const RememberedCommand* CommandLedger::find(const std::string& command_id) const {
  const auto it = done_.find(command_id);
  return it == done_.end() ? nullptr : &it->second;
}

bool CommandLedger::begin(const std::string& command_id, Reply reply) {
  auto [waiting, first] = under_way_.try_emplace(command_id);
  if (reply) waiting->second.push_back(std::move(reply));
  return first;
}

void CommandLedger::end(const Outcome& outcome) {
  const auto it = under_way_.find(outcome.command_id());
  if (it == under_way_.end()) return;
  const std::vector<Reply> replies = std::move(it->second);
  under_way_.erase(it);
  for (const Reply& reply : replies) reply(outcome);
}

void CommandLedger::lose_all(const std::string& why) {
  done_.clear();
  order_.clear();
  for (auto& [id, replies] : std::exchange(under_way_, {})) {
    Outcome outcome;
    outcome.set_command_id(id);
    outcome.set_code(static_cast<std::uint32_t>(Errc::outcome_unknown));
    outcome.set_text("outcome unknown, command " + id + ": " + why);
    for (const Reply& reply : replies) reply(outcome);
  }
}

}  // namespace skein
