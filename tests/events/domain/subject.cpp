#include "tests/events/domain/subject.h"

#include <map>

namespace skein::test {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const char* name_of(Errc code) {
  switch (code) {
    case Errc::ok:
      return "ok";
    case Errc::invalid:
      return "invalid";
    case Errc::not_found:
      return "not_found";
    case Errc::already_exists:
      return "already_exists";
    case Errc::in_use:
      return "in_use";
    case Errc::out_of_sequence:
      return "out_of_sequence";
    case Errc::failed_precondition:
      return "failed_precondition";
    case Errc::unavailable:
      return "unavailable";
    case Errc::unimplemented:
      return "unimplemented";
    case Errc::unauthenticated:
      return "unauthenticated";
    case Errc::forbidden:
      return "forbidden";
    case Errc::outcome_unknown:
      return "outcome_unknown";
    case Errc::exhausted:
      return "exhausted";
    case Errc::fault:
      return "fault";
    case Errc::conflict:
      return "conflict";
  }
  return "?";
}

using Names = std::map<std::string, std::string>;  // digest -> what to print

void rename_digests(Message& message, const Names& names) {
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->type() == FieldDescriptor::TYPE_MESSAGE && field->is_repeated()) {
      for (int i = 0; i < reflection->FieldSize(message, field); ++i)
        rename_digests(*reflection->MutableRepeatedMessage(&message, field, i), names);
    } else if (field->type() == FieldDescriptor::TYPE_MESSAGE) {
      rename_digests(*reflection->MutableMessage(&message, field), names);
    } else if (field->type() == FieldDescriptor::TYPE_BYTES && !field->is_repeated()) {
      const auto known = names.find(reflection->GetString(message, field));
      if (known != names.end()) reflection->SetString(&message, field, known->second);
    }
  }
}

Names names_in(const Result<Decision>& result) {
  Names names;
  if (!result) return names;
  for (const Payload& payload : result->payloads)
    names.emplace(payload.digest(), "<payload " + std::to_string(names.size()) + ">");
  return names;
}

}  // namespace

std::string text_of(const Message& message) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text;
  EXPECT_TRUE(printer.PrintToString(message, &text));
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::string text_of(const Result<Decision>& result) {
  if (!result) return std::string{"refused "} + name_of(result.refusal().code) + ": " + result.refusal().text + "\n";
  if (result->empty()) return "nothing\n";
  const Names names = names_in(result);
  std::string payloads;
  for (const Payload& payload : result->payloads) {
    EXPECT_TRUE(payload_matches(payload));
    payloads += names.at(payload.digest()) + " " + payload.data() + "\n";
  }
  std::string text;
  for (Event event : result->events) {
    rename_digests(event, names);
    if (event.id() == kSubject) event.clear_id();
    text += text_of(event) + "\n";
  }
  return text + payloads;
}

std::string state_text(std::unique_ptr<Message> state, const Result<Decision>& result) {
  rename_digests(*state, names_in(result));
  return "state " + text_of(*state) + "\n";
}

}  // namespace skein::test
