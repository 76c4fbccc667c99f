// How a script's block becomes a call of a decider, and its result text. See script.h.
#pragma once
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "events/domain/decision.h"
#include "tests/events/domain/script.h"

namespace skein::test {

inline constexpr const char* kSubject = "x";  // id of the aggregate a script speaks of; not printed

// One line, stable between versions of protobuf's debug strings.
std::string text_of(const google::protobuf::Message& message);
// "refused ...", "nothing", or a line an event and a payload. Digests of the decision's payloads read "<payload n>".
std::string text_of(const Result<Decision>& result);
// "state ..." with the digests of `decision` named alike.
std::string state_text(std::unique_ptr<google::protobuf::Message> state, const Result<Decision>& result);

template <class Message>
Message parsed(const Block& block, const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message))
      << "line " << block.line << ": not a " << message.GetTypeName() << ": " << text;
  return message;
}

inline Command command_of(const Block& block) { return parsed<Command>(block, block.verb + " " + block.argument); }

inline Event event_of(const Block& block, const std::string& text) {
  Event event = parsed<Event>(block, text);
  if (event.id().empty()) event.set_id(kSubject);
  return event;
}

inline RecordHead head_at(std::uint64_t index) { return {index, static_cast<std::int64_t>(index) * 1000}; }

// `decide(state, block, context)` gives the result; `evolve` is the aggregate's.
template <class State, class Decide, class Evolve>
std::string run_block(const Block& block, Decide decide, Evolve evolve) {
  State state;
  state.set_id(kSubject);
  std::uint64_t index = 0;
  for (const std::string& text : block.given) evolve(state, event_of(block, text), head_at(++index));
  SeededRng rng{1};
  const Result<Decision> result = decide(state, block, DecideContext{WallTime{900'000}, rng});
  std::string text = text_of(result);
  if (!block.show) return text;
  if (result)
    for (const Event& event : result->events)
      if (event.id() == kSubject) evolve(state, event, head_at(index + 1));
  return text + state_text(std::make_unique<State>(state), result);
}

}  // namespace skein::test
