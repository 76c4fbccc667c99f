// ProcessPlan: what a container runs, from the spec and the image: argv, env, working directory, hostname.
//
// Rules (moby daemon/commit.go merge, container/env): the spec's command replaces the entrypoint, and then the image's
// Cmd is dropped; the spec's args replace Cmd. Environment: PATH, HOSTNAME and TERM (tty) first, then the image's, then
// the spec's; the last one of a key wins in the first one's place; a name without "=" takes the variable away.
// Pure, but for the templates' facts. Errors: "no command specified", and what templates refuse.
#pragma once
#include <string>
#include <vector>

#include "events/base/result.h"
#include "events/proto/session.pb.h"
#include "runtime/containers/templates.h"
#include "runtime/images/image_store.h"

namespace skein {

struct ProcessPlan {
  std::vector<std::string> argv;
  std::vector<std::string> env;
  std::string working_dir;  // absolute
  std::string hostname;
  std::string user;         // as typed; see user.h
  std::string stop_signal;  // as typed; empty: SIGTERM
};

Result<ProcessPlan> plan_process(const AssignedTask& task, const ImageConfig& image, const std::string& container_id,
                                 const NodeFacts& node);
// HOME, unless the environment has one.
void add_home(std::vector<std::string>& env, const std::string& home);
// "SIGUSR1", "USR1" or "10" as a number; 0 if it is none ("Invalid signal: x" is the caller's text).
int signal_number(const std::string& typed);

}  // namespace skein
