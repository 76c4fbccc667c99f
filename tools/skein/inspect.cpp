#include "tools/skein/inspect.h"

#include <CLI/CLI.hpp>
#include <ostream>

namespace skein::cli {
namespace {

// Go's encoder writes an empty list as [] and indents by four.
void print_array(Console& console, const std::vector<Json>& objects) {
  Json all = Json::array();
  for (const Json& object : objects) all.push_back(object);
  console.out << go_escaped(all.dump(4, ' ', false, Json::error_handler_t::replace)) << '\n';
}

}  // namespace

int inspect(Session& session, const InspectFlags& flags, const Inspector& inspector) {
  const auto format = parse_format(flags.read.format);
  if (!format) return session.misuse(format.refusal().text);
  control::Question question;
  question.set_kind(inspector.kind);
  question.set_with_data(inspector.with_data);
  for (const std::string& name : flags.names) question.add_typed(name);
  if (auto put = flags.read.put_moment(question); !put) return session.misuse(put.refusal().text);
  const auto answer = session.ask(question);
  if (!answer) return session.fail(answer.refusal());
  if (flags.pretty && inspector.pretty)
    session.console.out << inspector.pretty(*answer);
  else if (*format == Format::json)
    for (const Json& object : inspector.json(*answer)) session.console.out << go_escaped(dump(object)) << '\n';
  else
    print_array(session.console, inspector.json(*answer));
  return report_missing(session, *answer) ? kFailed : kDone;
}

void add_inspect(CLI::App& parent, Session& session, const Inspector& inspector) {
  CLI::App* command = parent.add_subcommand("inspect", "Display detailed information");
  const auto flags = std::make_shared<InspectFlags>();
  command->add_option("names", flags->names)->required();
  if (inspector.pretty)
    command->add_flag("--pretty", flags->pretty, "Print the information in a human friendly format");
  command->add_option("--format", flags->read.format, "json: one object a line");
  flags->read.add_at(*command);
  command->callback([=, &session] { session.action = [=, &session] { return inspect(session, *flags, inspector); }; });
}

}  // namespace skein::cli
