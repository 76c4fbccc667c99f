// Crun: the OCI runtime and its monitor, as commands. One conmon stays with each container: it is the parent of the
// container's first process, writes its log, and leaves its exit code in a file, whatever becomes of the daemon.
//
// Is: create, start, exec, delete, and Docker's words for crun's errors. Is not: state (container_table.h).
// Facts: conmon answers on descriptor 3 (_OCI_SYNCPIPE) with {"data": pid} or {"data": -1, "message": why}; it writes
// the exit code to <bundle>/<id> and then ends, so the end of conmon is the moment when the code can be read.
// Threads: any at once. Errors: Errc::fault; create and start carry the text for the user.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/base/result.h"
#include "runtime/containers/mount_namespace.h"
#include "runtime/containers/process.h"

namespace skein {

struct CreateCommand {
  std::string id;
  std::string bundle;             // directory of config.json; pid files, exit file and control pipes go there too
  std::string log_path;           // empty: output is thrown away
  std::int64_t log_size_max = 0;  // bytes; 0: unbounded
  bool tty = false;
  std::string program;  // argv[0], for the error text
};

struct Created {
  ProcessName init, monitor;
};

class Crun {
 public:
  // `root`: crun's own state, absolute, on a file system that a reboot empties.
  Crun(std::string crun_path, std::string conmon_path, std::string root, RuntimeNamespace& runtime_namespace);

  Result<Created> create(const CreateCommand& command) const;
  Result<void> start(const std::string& id, const std::string& bundle) const;
  // Kills what is left of it and forgets it; fine if there is nothing.
  void remove(const std::string& id) const;
  // Starts a process inside; its exit code is that of the child to wait for. The pid inside goes to `pid_file`.
  Result<pid_t> exec(const std::string& id, const std::string& process_file, const std::string& pid_file) const;
  std::vector<std::string> ids() const;

 private:
  Command crun(const std::vector<std::string>& arguments) const;

  const std::string crun_path_, conmon_path_, root_;
  RuntimeNamespace& runtime_namespace_;
};

// "executable file `x' not found in $PATH..." as Docker says it.
std::string docker_error(const std::string& crun_message, const std::string& program);
// The exit code that conmon left in a bundle; nothing if it has not (yet).
std::optional<int> read_exit_code(const std::string& bundle, const std::string& id);

}  // namespace skein
