#include "tools/skein/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "tools/skein/session.h"

namespace skein::cli {
namespace {

// The command that was being parsed when it went wrong.
const CLI::App& innermost(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : innermost(*chosen.front());
}

std::string path_of(const CLI::App& app) {
  return app.get_parent() ? path_of(*app.get_parent()) + " " + app.get_name() : app.get_name();
}

// Docker's words for a flag that is not there.
std::string words_of(const CLI::ParseError& error) {
  const std::string text = error.what();
  if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr) return text;
  const std::size_t at = text.find(": -");
  return at == std::string::npos ? text : "unknown flag: " + text.substr(at + 2, text.find(' ', at + 2) - at - 2);
}

int report(const CLI::App& app, const CLI::ParseError& error, Console& console) {
  const CLI::App& command = innermost(app);
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    // --help and --version.
    const bool version = dynamic_cast<const CLI::CallForVersion*>(&error) != nullptr;
    console.out << (version ? std::string{error.what()} + "\n"
                            : command.help(command.get_parent() ? path_of(*command.get_parent()) : ""));
    return kDone;
  }
  console.err << words_of(error) << "\n\nRun '" << path_of(command) << " --help' for more information\n";
  return kBadUsage;
}

void describe(CLI::App& app, Session& session) {
  app.name("skein");
  app.require_subcommand(1);
  app.set_version_flag("-v,--version", "skein version " SKEIN_VERSION);
  app.add_option("-H,--host", session.host, "Control socket of the daemon (default " + session.host + ")");
  add_system_commands(app, session);
  add_swarm_commands(app, session);
  add_node_commands(app, session);
  add_service_commands(app, session);
  add_task_commands(app, session);
  add_network_commands(app, session);
  add_file_commands(app, session);
  add_log_commands(app, session);
  add_why_command(app, session);
}

}  // namespace

int run(const std::vector<std::string>& arguments, Console& console) {
  const std::string from_environment = console.environment("SKEIN_HOST");
  Session session{console, from_environment.empty() ? kDefaultHost : from_environment, nullptr, nullptr};
  CLI::App app{"Skein: an orchestrator whose event log is the cluster"};
  describe(app, session);
  try {
    app.parse(std::vector<std::string>{arguments.rbegin(), arguments.rend()});  // CLI11 takes them from the back
  } catch (const CLI::ParseError& error) {
    return report(app, error, console);
  }
  auto client = ControlClient::to(session.host);
  if (!client) return session.fail(client.refusal());
  session.client = std::move(*client);
  const int code = session.action();
  console.out.flush();
  return code;
}

}  // namespace skein::cli
