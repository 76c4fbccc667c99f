// CommandLedger: makes repeating a command harmless. A command id is carried out once; a repeat hears the outcome of
// the first, whether that is known already or still under way.
//
// Refusals are not remembered: nothing happened, so trying again is a new try. The memory follows the log (Origin
// .command_id), so it holds across leaders; how many are kept is CommandMemory's to say. Not an actor, not thread-safe.
#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/messages.h"
#include "events/views/command_memory.h"

namespace skein {

class CommandLedger {
 public:
  void remember(const RememberedCommand& command) { done_.restore(command); }
  void follow(const FoldedRecord& record) { done_.note(*record.record); }

  // The outcome of an earlier command with this id; nullptr if there is none.
  const RememberedCommand* find(const std::string& command_id) const { return done_.find(command_id); }

  // True: the first of its id, carry it out. False: another is under way, `reply` waits for its outcome.
  bool begin(const std::string& command_id, Reply reply);
  // Answers all that wait for the command.
  void end(const Outcome& outcome);
  // The lead was lost: nobody will answer what is under way.
  void lose_all(const std::string& why);

 private:
  CommandMemory done_;
  std::unordered_map<std::string, std::vector<Reply>> under_way_;
};

}  // namespace skein
