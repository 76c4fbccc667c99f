#include "events/raft/message.h"

#include <fmt/format.h>

#include <iterator>
#include <memory>
#include <utility>

namespace skein::raft {
namespace {

std::string describe_records(const Message& message) {
  std::string out;
  for (const RecordPtr& record : message.records)
    fmt::format_to(std::back_inserter(out), "{}{}/{}", out.empty() ? "" : " ", record->index(), record->term());
  return out.empty() ? out : " records=[" + out + "]";
}

std::string describe_votes(const RaftMessage& head) {
  if (head.has_vote_request()) {
    const RaftVoteRequest& ask = head.vote_request();
    return fmt::format("{} last={}/{}{}", ask.pre() ? "pre-vote?" : "vote?", ask.last_index(), ask.last_term(),
                       ask.forced() ? " forced" : "");
  }
  const RaftVoteReply& reply = head.vote_reply();
  return fmt::format("{} {}", reply.pre() ? "pre-vote" : "vote", reply.granted() ? "granted" : "refused");
}

std::string describe_appends(const Message& message) {
  if (message.head.has_append_request()) {
    const RaftAppendRequest& ask = message.head.append_request();
    return fmt::format("append prev={}/{} commit={}{}", ask.prev_index(), ask.prev_term(), ask.commit(),
                       describe_records(message));
  }
  const RaftAppendReply& reply = message.head.append_reply();
  if (reply.accepted()) return fmt::format("accepted {}", reply.index());
  return fmt::format("refused {} hint={}/{}", reply.index(), reply.hint_index(), reply.hint_term());
}

std::string describe_body(const Message& message) {
  const RaftMessage& head = message.head;
  switch (head.body_case()) {
    case RaftMessage::kVoteRequest:
    case RaftMessage::kVoteReply:
      return describe_votes(head);
    case RaftMessage::kAppendRequest:
    case RaftMessage::kAppendReply:
      return describe_appends(message);
    case RaftMessage::kHeartbeat:
      return fmt::format("heartbeat commit={} round={}", head.heartbeat().commit(), head.heartbeat().round());
    case RaftMessage::kHeartbeatReply:
      return fmt::format("heartbeat-reply round={}", head.heartbeat_reply().round());
    case RaftMessage::kTimeoutNow:
      return "timeout-now";
    case RaftMessage::kReadRequest:
      return fmt::format("read? context={}", head.read_request().context());
    case RaftMessage::kReadReply:
      return fmt::format("read context={} index={}", head.read_reply().context(), head.read_reply().index());
    case RaftMessage::BODY_NOT_SET:
      break;
  }
  return "nothing";
}

}  // namespace

RaftMessage to_wire(const Message& message) {
  RaftMessage wire = message.head;
  for (const RecordPtr& record : message.records) *wire.mutable_append_request()->add_records() = *record;
  return wire;
}

Message from_wire(RaftMessage wire) {
  Message message{std::move(wire), {}};
  if (!message.head.has_append_request()) return message;
  auto* const records = message.head.mutable_append_request()->mutable_records();
  message.records.reserve(static_cast<std::size_t>(records->size()));
  for (Record& record : *records) message.records.push_back(std::make_shared<const Record>(std::move(record)));
  records->Clear();
  return message;
}

std::string describe(const Message& message) {
  const RaftMessage& head = message.head;
  return fmt::format("{}->{} term={} {}", head.from(), head.to(), head.term(), describe_body(message));
}

}  // namespace skein::raft
