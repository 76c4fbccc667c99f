// Session: one run of the CLI: where it talks to, what it prints on, and what the chosen command is to do.
//
// Commands are added to the parser by add_*_commands(); parsing stores the chosen one's action, which runs afterwards
// and gives the exit code: 0 done, 1 refused or failed, 125 flags that make no sense (as docker does).
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/proto/control.pb.h"
#include "tools/skein/console.h"
#include "tools/skein/control_client.h"
#include "tools/skein/listing.h"

namespace CLI {
class App;
}  // namespace CLI

namespace skein::cli {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kBadUsage = 125;

struct Session {
  Console& console;
  std::string host;
  std::unique_ptr<ControlClient> client;
  std::function<int()> action;

  int fail(const Refusal& refusal);       // "Error response from daemon: ..."
  int complain(const std::string& text);  // our own words, exit 1
  int misuse(const std::string& text);    // exit 125
  Result<control::Answer> ask(control::Question question) { return client->ask(question); }
};

// --format and --quiet of a list; --at of everything that reads the cluster.
struct ReadFlags {
  std::string format;
  bool quiet = false;
  std::string at;
  bool no_trunc = false;

  void add_at(CLI::App& command);
  void add_list(CLI::App& command);
  Result<ListingOptions> listing() const;
  Result<void> put_moment(control::Question& question) const;
};

// The moment an answer shows, for ages: now, or the past that was asked for.
WallTime moment_shown(const Session& session, const control::Question& question, const control::Answer& answer);

// Prints those names that gave nothing; true if there were any.
bool report_missing(Session& session, const control::Answer& answer);

void add_system_commands(CLI::App& app, Session& session);
void add_swarm_commands(CLI::App& app, Session& session);
void add_node_commands(CLI::App& app, Session& session);
void add_node_change_commands(CLI::App& node, Session& session);
void add_node_remove_command(CLI::App& node, Session& session);
void add_service_commands(CLI::App& app, Session& session);
void add_service_change_commands(CLI::App& service, Session& session);
void add_service_log_command(CLI::App& service, Session& session);
void add_task_commands(CLI::App& app, Session& session);
void add_network_commands(CLI::App& app, Session& session);
void add_network_change_commands(CLI::App& network, Session& session);
void add_file_commands(CLI::App& app, Session& session);
void add_log_commands(CLI::App& app, Session& session);
void add_why_command(CLI::App& app, Session& session);

}  // namespace skein::cli
