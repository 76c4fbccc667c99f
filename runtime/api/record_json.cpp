#include "runtime/api/record_json.h"

#include <fmt/format.h>

#include "events/base/clock.h"

namespace skein {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::string hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

Json text_json(const FieldDescriptor& field, const std::string& text) {
  return field.type() == FieldDescriptor::TYPE_BYTES ? hex(text) : text;
}

Json single_to_json(const Message& message, const FieldDescriptor& field) {
  const Reflection& r = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return r.GetInt32(message, &field);
    case FieldDescriptor::CPPTYPE_INT64:
      return r.GetInt64(message, &field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return r.GetUInt32(message, &field);
    case FieldDescriptor::CPPTYPE_UINT64:
      return r.GetUInt64(message, &field);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return r.GetDouble(message, &field);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return r.GetFloat(message, &field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return r.GetBool(message, &field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return r.GetEnum(message, &field)->name();
    case FieldDescriptor::CPPTYPE_STRING:
      return text_json(field, r.GetString(message, &field));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return message_to_json(r.GetMessage(message, &field));
  }
  return nullptr;
}

Json element_to_json(const Message& message, const FieldDescriptor& field, int i) {
  const Reflection& r = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return r.GetRepeatedInt32(message, &field, i);
    case FieldDescriptor::CPPTYPE_INT64:
      return r.GetRepeatedInt64(message, &field, i);
    case FieldDescriptor::CPPTYPE_UINT32:
      return r.GetRepeatedUInt32(message, &field, i);
    case FieldDescriptor::CPPTYPE_UINT64:
      return r.GetRepeatedUInt64(message, &field, i);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return r.GetRepeatedDouble(message, &field, i);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return r.GetRepeatedFloat(message, &field, i);
    case FieldDescriptor::CPPTYPE_BOOL:
      return r.GetRepeatedBool(message, &field, i);
    case FieldDescriptor::CPPTYPE_ENUM:
      return r.GetRepeatedEnum(message, &field, i)->name();
    case FieldDescriptor::CPPTYPE_STRING:
      return text_json(field, r.GetRepeatedString(message, &field, i));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return message_to_json(r.GetRepeatedMessage(message, &field, i));
  }
  return nullptr;
}

const FieldDescriptor* body_field(const Event& event) {
  return Event::descriptor()->FindFieldByNumber(static_cast<int>(event.body_case()));
}

}  // namespace

Json message_to_json(const Message& message) {
  Json out = Json::object();
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (!field->is_repeated()) {
      out[field->name()] = single_to_json(message, *field);
      continue;
    }
    Json& list = out[field->name()] = Json::array();
    for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i)
      list.push_back(element_to_json(message, *field, i));
  }
  return out;
}

std::string event_type(const Event& event) {
  const FieldDescriptor* field = body_field(event);
  return field ? field->message_type()->name() : std::string{};
}

Json event_line(const Record& record, const Event& event) {
  const Origin& origin = record.origin();
  Json out{{"index", record.index()},
           {"term", record.term()},
           {"time", rfc3339(WallTime{record.at_ns()})},
           {"principal", origin.principal()},
           {"via", origin.via()},
           {"node", origin.node_id()},
           {"command", origin.command_id()},
           {"kind", origin.command_kind()},
           {"cause", origin.cause_index()},
           {"type", event_type(event)},
           {"id", event.id()}};
  const FieldDescriptor* field = body_field(event);
  out["event"] = field ? message_to_json(event.GetReflection()->GetMessage(event, field)) : Json::object();
  return out;
}

std::vector<Json> record_lines(const Record& record) {
  std::vector<Json> lines;
  for (const Event& event : record.events()) lines.push_back(event_line(record, event));
  return lines;
}

}  // namespace skein
