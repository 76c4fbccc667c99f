// log tail, show, verify, replay; why.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <ostream>

#include "runtime/api/record_json.h"
#include "tools/skein/session.h"
#include "tools/skein/tell.h"
#include "tools/skein/words.h"

namespace skein::cli {
namespace {

constexpr std::chrono::milliseconds kRetryAfter{500};

struct TailFlags {
  std::uint64_t from = 1;
  bool follow = false;
  std::vector<std::string> filters;
  std::string format;
};

void print_record(Console& console, const Record& record, Format format) {
  for (const Event& event : record.events())
    console.out << (format == Format::json ? dump(event_line(record, event)) : event_text(console, record, event))
                << '\n';
}

// One connection's worth of the log; `request.from` moves on with what was printed.
Result<void> print_stream(Session& session, control::SubscribeRequest& request, Format format) {
  return session.client->subscribe(request, [&](const control::RecordBatch& batch) {
    for (const Record& record : batch.records()) print_record(session.console, record, format);
    session.console.out.flush();
    request.set_from(batch.next());
    return session.console.out.good();
  });
}

int tail(Session& session, const TailFlags& flags) {
  const auto format = parse_format(flags.format);
  if (!format) return session.misuse(format.refusal().text);
  control::SubscribeRequest request;
  request.set_from(flags.from);
  request.set_follow(flags.follow);
  for (const std::string& filter : flags.filters) request.add_filter(filter);
  auto done = print_stream(session, request, *format);
  // A follower outlives the daemon: it goes on where it was, without gap or repeat.
  bool told = false;
  while (!done && flags.follow && done.refusal().code == Errc::unavailable && request.from() != flags.from) {
    if (!told) session.console.err << done.refusal().text << "\nWaiting to go on from " << request.from() << ".\n";
    told = true;
    session.console.pause(kRetryAfter);
    const std::uint64_t at = request.from();
    done = print_stream(session, request, *format);
    if (request.from() != at) told = false;
  }
  return done ? kDone : session.fail(done.refusal());
}

int show(Session& session, std::uint64_t index, const std::string& wanted) {
  const auto format = parse_format(wanted);
  if (!format) return session.misuse(format.refusal().text);
  control::SubscribeRequest request;
  request.set_from(index);
  request.set_records_max(1);
  bool found = false;
  const auto done = session.client->subscribe(request, [&](const control::RecordBatch& batch) {
    for (const Record& record : batch.records()) {
      found = true;
      if (*format == Format::json)
        print_record(session.console, record, Format::json);
      else
        session.console.out << message_to_json(record).dump(2) << '\n';
    }
    return true;
  });
  if (!done) return session.fail(done.refusal());
  return found ? kDone : session.complain(fmt::format("Error: there is no record {} in the log", index));
}

int verify(Session& session) {
  const auto report = session.client->verify();
  if (!report) return session.fail(report.refusal());
  session.console.out << fmt::format("{} records verified in {:.2f} s: the chain is intact\n", report->records(),
                                     report->seconds());
  return kDone;
}

std::string hex(const std::string& bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

int replay(Session& session) {
  const auto report = session.client->replay();
  if (!report) return session.fail(report.refusal());
  const bool same = report->replayed_digest() == report->live_digest() && !report->live_digest().empty();
  const double rate = report->seconds() > 0 ? static_cast<double>(report->events()) / report->seconds() : 0;
  session.console.out << fmt::format(
      "{} records, {} events replayed in {:.2f} s: {:.0f} events/s\n"
      "replayed: {}\nlive:     {}\n{}\n",
      report->records(), report->events(), report->seconds(), rate, hex(report->replayed_digest()),
      hex(report->live_digest()),
      same ? fmt::format("The state rebuilt from the log equals the live state at index {}", report->index())
           : fmt::format("The state rebuilt from the log DIFFERS from the live state at index {}", report->index()));
  return same ? kDone : kFailed;
}

// The object may be of any kind when none was said: a service, a node or a task.
Result<WhyReport> ask_why(Session& session, control::WhyRequest request, std::optional<control::Kind> kind) {
  if (kind) {
    request.set_kind(*kind);
    return session.client->why(request);
  }
  for (const control::Kind each : {control::SERVICES, control::NODES, control::TASKS}) {
    request.set_kind(each);
    auto report = session.client->why(request);
    if (report || report.refusal().code != Errc::not_found) return report;
  }
  return Refusal{Errc::not_found, "no such task, service or node: " + request.typed()};
}

int explain(Session& session, std::optional<control::Kind> kind, const std::string& typed, const ReadFlags& flags) {
  const auto format = parse_format(flags.format);
  if (!format) return session.misuse(format.refusal().text);
  control::Question moment;
  if (auto put = flags.put_moment(moment); !put) return session.misuse(put.refusal().text);
  control::WhyRequest request;
  request.set_typed(typed);
  if (moment.has_at()) *request.mutable_at() = moment.at();
  const auto report = ask_why(session, request, kind);
  if (!report) return session.fail(report.refusal());
  Console& console = session.console;
  if (*format == Format::table) console.out << report->name << "  " << report->id << "\n\n";
  if (report->cut_short && *format == Format::table) console.out << "     ...  older causes left out\n";
  for (const control::WhyStep& step : report->steps) {
    if (*format == Format::json)
      print_record(console, step.record(), Format::json);
    else
      console.out << step_text(console, step);
  }
  return kDone;
}

void add_why_options(CLI::App& command, Session& session, std::optional<control::Kind> kind, const char* name) {
  const auto typed = std::make_shared<std::string>();
  const auto flags = std::make_shared<ReadFlags>();
  command.add_option(name, *typed);
  command.add_option("--format", flags->format, "Format output: table or json");
  flags->add_at(command);
  command.callback([=, &session] {
    if (session.action) return;  // a kind was said
    session.action = [=, &session] {
      if (typed->empty()) return session.misuse("'skein why' requires the name or id of a task, service or node");
      return explain(session, kind, *typed, *flags);
    };
  });
}

}  // namespace

void add_log_commands(CLI::App& app, Session& session) {
  CLI::App* log = app.add_subcommand("log", "Read the event log")->require_subcommand(1);
  CLI::App* tail_command = log->add_subcommand("tail", "Everything that happened, in order");
  const auto flags = std::make_shared<TailFlags>();
  tail_command->add_option("--from", flags->from, "First index to show");
  tail_command->add_flag("-f,--follow", flags->follow, "Go on with what happens from now on");
  tail_command->add_option("--filter", flags->filters, "type=, service=, node=, principal=, aggregate=, id= ...")
      ->allow_extra_args(false);
  tail_command->add_option("--format", flags->format, "Format output: table or json");
  tail_command->callback([=, &session] { session.action = [=, &session] { return tail(session, *flags); }; });

  CLI::App* show_command = log->add_subcommand("show", "One record with all that is in it");
  const auto index = std::make_shared<std::uint64_t>(0);
  const auto format = std::make_shared<std::string>();
  show_command->add_option("index", *index)->required()->check(CLI::PositiveNumber);
  show_command->add_option("--format", *format, "Format output: table or json");
  show_command->callback([=, &session] { session.action = [=, &session] { return show(session, *index, *format); }; });

  log->add_subcommand("verify", "Check that the whole log is intact")->callback([&session] {
    session.action = [&session] { return verify(session); };
  });
  log->add_subcommand("replay", "Rebuild the state from nothing and compare it with the live one")
      ->callback([&session] { session.action = [&session] { return replay(session); }; });
}

void add_why_command(CLI::App& app, Session& session) {
  CLI::App* why = app.add_subcommand("why", "The chain of causes back to the command and who gave it");
  add_why_options(*why, session, std::nullopt, "object");
  using Kinds = std::pair<const char*, control::Kind>;
  for (const auto& [name, kind] :
       {Kinds{"task", control::TASKS}, {"service", control::SERVICES}, {"node", control::NODES}})
    add_why_options(*why->add_subcommand(name, std::string{"Why a "} + name + " is as it is"), session, kind, name);
  why->require_subcommand(0, 1);
}

}  // namespace skein::cli
