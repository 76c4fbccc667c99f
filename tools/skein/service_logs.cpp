// service logs: what the tasks wrote, each line with where it comes from.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <ostream>
#include <utility>

#include "tools/skein/converge.h"
#include "tools/skein/rows.h"
#include "tools/skein/session.h"
#include "tools/skein/words.h"

namespace skein::cli {
namespace {

struct LogFlags {
  std::string typed, tail, since, until;
  bool follow = false, timestamps = false, raw = false, no_task_ids = false, no_trunc = false;
};

Result<void> read_tail(const std::string& text, control::LogsRequest& request) {
  if (text.empty() || text == "all") return {};
  const auto tail = parse_natural(text);
  if (!tail) return Refusal{Errc::invalid, "invalid argument " + in_quotes(text) + " for \"--tail\" flag"};
  request.set_tail(*tail);
  return {};
}

Result<control::LogsRequest> request_of(Session& session, const LogFlags& flags) {
  control::LogsRequest request;
  request.set_follow(flags.follow);
  if (auto tail = read_tail(flags.tail, request); !tail) return tail.refusal();
  const auto put = [&](const std::string& text, auto set) -> Result<void> {
    if (text.empty()) return {};
    const auto time = parse_since(text, session.console.now());
    if (!time) return time.refusal();
    set(time->ns);
    return {};
  };
  if (auto since = put(flags.since, [&](auto ns) { request.set_since_ns(ns); }); !since) return since.refusal();
  if (auto until = put(flags.until, [&](auto ns) { request.set_until_ns(ns); }); !until) return until.refusal();
  return request;
}

// "web.1.abcdef012345@node1", padded to the widest so far.
class Prefixes {
 public:
  Prefixes(Session& session, const LogFlags& flags) : session_{session}, flags_{flags} {}

  std::string of(const std::string& task_id) {
    if (flags_.raw) return "";
    auto known = names_.find(task_id);
    if (known == names_.end()) known = names_.emplace(task_id, look_up(task_id)).first;
    width_ = std::max(width_, known->second.size());
    return fmt::format("{:<{}}    | ", known->second, width_);
  }

 private:
  std::string look_up(const std::string& task_id) const {
    control::Question question;
    question.set_kind(control::TASKS);
    question.add_typed(task_id);
    const auto answer = session_.ask(question);
    if (!answer || answer->tasks().empty()) return flags_.no_trunc ? task_id : short_id(task_id);
    const Task& task = answer->tasks(0);
    std::string name = task_label(*answer, task);
    if (!flags_.no_task_ids) name += "." + (flags_.no_trunc ? task_id : short_id(task_id));
    return name + "@" + hostname_of(*answer, task.node_id());
  }

  Session& session_;
  const LogFlags& flags_;
  std::map<std::string, std::string> names_;
  std::size_t width_ = 0;
};

void print_line(Session& session, const LogFlags& flags, Prefixes& prefixes, const control::LogLine& line) {
  std::ostream& out = line.error_stream() ? session.console.err : session.console.out;
  out << prefixes.of(line.task_id());
  if (flags.timestamps) out << rfc3339(WallTime{line.at_ns()}) << ' ';
  out << line.text();
  if (!line.text().ends_with('\n')) out << '\n';
}

int logs(Session& session, const LogFlags& flags) {
  auto request = request_of(session, flags);
  if (!request) return session.misuse(request.refusal().text);
  const auto service = find_service(session, flags.typed);
  if (service)
    request->set_service(service->id());
  else if (service.refusal().code == Errc::not_found)
    request->set_task(flags.typed);
  else
    return session.fail(service.refusal());
  Prefixes prefixes{session, flags};
  bool incomplete = false;
  const auto done = session.client->task_logs(*request, [&](const control::LogBatch& batch) {
    for (const control::LogLine& line : batch.lines()) print_line(session, flags, prefixes, line);
    for (const std::string& warning : batch.warnings()) {
      session.console.err << "warning: incomplete log stream: " << warning << '\n';
      incomplete = true;
    }
    session.console.out.flush();
    return true;
  });
  if (!done && !request->task().empty() && done.refusal().code == Errc::not_found)
    return session.complain("no such task or service: " + flags.typed);
  if (!done) return session.fail(done.refusal());
  return incomplete ? kFailed : kDone;
}

}  // namespace

void add_service_log_command(CLI::App& service, Session& session) {
  CLI::App* command = service.add_subcommand("logs", "Fetch the logs of a service or task");
  const auto flags = std::make_shared<LogFlags>();
  command->add_flag("-f,--follow", flags->follow, "Follow log output");
  command->add_option("-n,--tail", flags->tail, "Number of lines to show from the end of the logs");
  command->add_option("--since", flags->since, "Show logs since timestamp or relative (e.g. \"42m\" for 42 minutes)");
  command->add_option("--until", flags->until, "Show logs before timestamp or relative");
  command->add_flag("-t,--timestamps", flags->timestamps, "Show timestamps");
  command->add_flag("--raw", flags->raw, "Do not neatly format logs");
  command->add_flag("--no-task-ids", flags->no_task_ids, "Do not include task IDs in output");
  command->add_flag("--no-trunc", flags->no_trunc, "Do not truncate output");
  command->add_option("service", flags->typed, "SERVICE|TASK")->required();
  command->callback([=, &session] { session.action = [=, &session] { return logs(session, *flags); }; });
}

}  // namespace skein::cli
