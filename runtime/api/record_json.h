// Log records as JSON, for people and scripts: one line an event, with who, when and why.
//
//   {"index":7,"term":1,"time":"2026-…Z","principal":"root (uid 0)","via":"docker/28.2.2","node":"…",
//    "command":"…","kind":"CreateService","cause":0,"type":"ServiceCreated","id":"…","event":{…}}
//
// `command` is the command's id and `kind` what it was; both are empty for the leader's own decisions. The event's body
// keeps the names of the .proto, holds only what is set, enums by name and bytes as hex. Bodies hold digests of
// payloads, never payloads, so that nothing secret can come out here. Pure; any thread.
#pragma once
#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "events/proto/record.pb.h"
#include "runtime/api/json_out.h"

namespace skein {

Json message_to_json(const google::protobuf::Message& message);
std::string event_type(const Event& event);  // "ServiceCreated"; "" for a kind this binary does not know
Json event_line(const Record& record, const Event& event);
std::vector<Json> record_lines(const Record& record);  // one an event, in order

}  // namespace skein
