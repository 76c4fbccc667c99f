#include "actors/command_ledger.h"

#include <utility>

namespace skein {

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
  done_ = CommandMemory{};
  for (auto& [id, replies] : std::exchange(under_way_, {})) {
    Outcome outcome;
    outcome.set_command_id(id);
    outcome.set_code(static_cast<std::uint32_t>(Errc::outcome_unknown));
    outcome.set_text("outcome unknown, command " + id + ": " + why);
    for (const Reply& reply : replies) reply(outcome);
  }
}

}  // namespace skein
