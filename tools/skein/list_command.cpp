#include "tools/skein/list_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

namespace skein::cli {
namespace {

int list(Session& session, control::Question question, const ReadFlags& flags, const Rows& rows) {
  const auto options = flags.listing();
  if (!options) return session.misuse(options.refusal().text);
  if (auto put = flags.put_moment(question); !put) return session.misuse(put.refusal().text);
  const auto answer = session.ask(question);
  if (!answer) return session.fail(answer.refusal());
  const bool nothing = !answer->missing().empty() && answer->tasks().empty();
  if (!nothing)
    rows(*answer, {moment_shown(session, question, *answer), flags.no_trunc}).print(session.console, *options);
  return report_missing(session, *answer) ? kFailed : kDone;
}

control::Question question_of(control::Kind kind) {
  control::Question question;
  question.set_kind(kind);
  return question;
}

}  // namespace

void add_ps(CLI::App& parent, Session& session, bool of_nodes) {
  CLI::App* ps =
      parent.add_subcommand("ps", of_nodes ? "List tasks running on one or more nodes, defaults to current node"
                                           : "List the tasks of one or more services");
  const auto flags = std::make_shared<ReadFlags>();
  const auto names = std::make_shared<std::vector<std::string>>();
  CLI::Option* named = ps->add_option(of_nodes ? "node" : "service", *names);
  if (!of_nodes) named->required();
  flags->add_list(*ps);
  ps->add_flag("--no-trunc", flags->no_trunc, "Do not truncate output");
  ps->callback([=, &session] {
    session.action = [=, &session] {
      control::Question question = question_of(control::TASKS);
      for (std::string name : *names)
        *(of_nodes ? question.add_of_node() : question.add_of_service()) = std::move(name);
      if (names->empty()) {
        const auto state = session.client->node_state();
        if (!state) return session.fail(state.refusal());
        question.add_of_node(state->node_id());
      }
      return list(session, question, *flags, task_rows);
    };
  });
}

void add_list(CLI::App& parent, Session& session, control::Kind kind, const Rows& rows) {
  CLI::App* ls = parent.add_subcommand("ls", "List them");
  const auto flags = std::make_shared<ReadFlags>();
  flags->add_list(*ls);
  if (kind == control::NETWORKS) ls->add_flag("--no-trunc", flags->no_trunc, "Do not truncate the output");
  ls->callback(
      [=, &session] { session.action = [=, &session] { return list(session, question_of(kind), *flags, rows); }; });
}

}  // namespace skein::cli
