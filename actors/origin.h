// Origin: who and why, for the records that decisions become.
#pragma once
#include <string>

#include "actors/messages.h"

namespace skein {

// Of a command from outside.
inline Origin origin_of(const Submit& submit, const std::string& node_id) {
  Origin origin;
  origin.set_principal(submit.caller.principal);
  origin.set_via(submit.caller.via);
  origin.set_node_id(node_id);
  origin.set_command_id(submit.command->id());
  const auto* kind = Command::descriptor()->FindFieldByNumber(submit.command->body_case());
  if (kind != nullptr) origin.set_command_kind(kind->message_type()->name());
  return origin;
}

// Of the leader's own decision, caused by the record at `cause`.
inline Origin own_origin(std::string via, const std::string& node_id, std::uint64_t cause) {
  Origin origin;
  origin.set_principal("skein");
  origin.set_via(std::move(via));
  origin.set_node_id(node_id);
  origin.set_cause_index(cause);
  return origin;
}

}  // namespace skein
