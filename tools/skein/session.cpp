#include "tools/skein/session.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "tools/skein/words.h"

namespace skein::cli {

int Session::fail(const Refusal& refusal) {
  const bool ours = refusal.text.starts_with("Cannot connect") || refusal.text.starts_with("unable to parse host");
  console.err << (ours ? "" : "Error response from daemon: ") << refusal.text << '\n';
  return kFailed;
}

int Session::complain(const std::string& text) {
  console.err << text << '\n';
  return kFailed;
}

int Session::misuse(const std::string& text) {
  console.err << text << '\n';
  return kBadUsage;
}

void ReadFlags::add_at(CLI::App& command) {
  command.add_option("--at", at, "Show the cluster as it was at a log index or an RFC 3339 time");
}

void ReadFlags::add_list(CLI::App& command) {
  command.add_option("--format", format, "Format output: table or json");
  command.add_flag("-q,--quiet", quiet, "Only display IDs");
  add_at(command);
}

Result<ListingOptions> ReadFlags::listing() const {
  const auto parsed = parse_format(format);
  if (!parsed) return parsed.refusal();
  return ListingOptions{*parsed, quiet};
}

Result<void> ReadFlags::put_moment(control::Question& question) const {
  if (at.empty()) return {};
  const auto moment = parse_moment(at);
  if (!moment) return moment.refusal();
  if (const auto* index = std::get_if<LogIndex>(&*moment))
    question.mutable_at()->set_index(index->value());
  else
    question.mutable_at()->set_time_ns(std::get<WallTime>(*moment).ns);
  return {};
}

WallTime moment_shown(const Session& session, const control::Question& question, const control::Answer& answer) {
  if (!question.has_at()) return session.console.now();
  return {std::max(answer.at_ns(), question.at().time_ns())};
}

bool report_missing(Session& session, const control::Answer& answer) {
  for (const control::Missing& missing : answer.missing())
    session.console.err << "Error response from daemon: " << missing.text() << '\n';
  return !answer.missing().empty();
}

}  // namespace skein::cli
