// Message: what goes between two peers. The protobuf head says everything but the records; those ride beside it as
// shared pointers, so that sending one record to four followers copies nothing until encode() puts it on a wire.
//
// Invariant: head.append_request().records() is empty in a Message; only to_wire's result carries records there.
// Payloads stay in head.append_request().payloads(): Raft does not know which records refer to one, so the sender's
// host adds them (under the records it sends) and the receiver's Raft passes them on to the next Ready's group.
// Units: message.bytes() is the size of the records alone. Source: events/proto/raft.proto.
#pragma once
#include <string>
#include <vector>

#include "events/base/result.h"
#include "events/proto/raft.pb.h"
#include "events/store/event_log.h"

namespace skein::raft {

inline constexpr std::uint32_t kProtocolVersion = 1;

struct Message {
  RaftMessage head;
  std::vector<RecordPtr> records;  // only with an append_request

  const std::string& to() const { return head.to(); }
  const std::string& from() const { return head.from(); }
  Term term() const { return Term{head.term()}; }
};

RaftMessage to_wire(const Message& message);
Message from_wire(RaftMessage wire);
// One line for people and scripts: "a->b term=2 append prev=3/1 commit=2 records=[4/2 5/2]".
std::string describe(const Message& message);

}  // namespace skein::raft
