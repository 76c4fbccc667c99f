// Processes: starting crun, conmon and cp from a big daemon, cheaply, and knowing a process again after a restart.
//
// Is: spawn (vfork-like clone: no copy of the daemon's page tables), wait, identity of a pid. Is not: a shell.
// Invariants: a child gets /dev/null as stdin and never a pipe as stdout or stderr, because a container's first process
// inherits them through crun and whoever waits for the end of such a pipe waits for ever (feasibility.md, section G).
// It dies with the thread that started it (a daemon that is killed leaves no half-started program behind; what must
// live on, as conmon does, forks away), has its own session, default signals, and of our descriptors only `sync_fd`, as
// number 3. Threads: any at once. Errors: Errc::fault naming the program.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "events/base/result.h"
#include "runtime/containers/unique_fd.h"

namespace skein {

struct Command {
  std::vector<std::string> argv;       // argv[0] is an absolute path
  std::vector<std::string> extra_env;  // added to a minimal environment (PATH only)
  int mount_namespace = -1;            // enter this one first; -1: stay
  int sync_fd = -1;                    // becomes descriptor 3 of the child; -1: none
  std::string output_path;             // stdout and stderr are appended here; empty: /dev/null
};

// The child's pid; the caller must wait for it.
Result<pid_t> spawn(const Command& command);
// Waits for the end: the exit code, or 128 + n for signal n.
int wait_for(pid_t pid);
Result<int> run(const Command& command);

// Which process a pid is: its start time in clock ticks since boot, 0 if there is no such process (or a zombie).
// Together they name a process for as long as the machine runs, because pids are used again.
std::uint64_t start_time_of(pid_t pid);
struct ProcessName {
  pid_t pid = 0;
  std::uint64_t start_time = 0;
  bool alive() const { return pid > 0 && start_time != 0 && start_time_of(pid) == start_time; }
};
ProcessName name_process(pid_t pid);
// A descriptor that becomes readable when the process ends; empty if it is not there any more.
UniqueFd open_process(const ProcessName& name);
// Sends a signal to exactly that process; false if it has gone.
bool signal_process(const ProcessName& name, int signal_number);

// Those of which an argument is `word`. For words that are unique, as container ids are.
std::vector<ProcessName> processes_naming(const std::string& word);

// Where a program is on PATH; empty if it is not.
std::string find_program(const std::string& name);

}  // namespace skein
