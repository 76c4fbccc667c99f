// ContainerDirectory: the containers on this machine, for reading: list, inspect, logs. No changes (see Executor).
//
// Threads: any at once. Reads the files that the executor keeps beside each container, so it answers for running and
// for ended ones, also after a restart of the daemon.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/base/clock.h"
#include "events/base/result.h"
#include "events/proto/session.pb.h"

namespace skein {

struct ContainerRecord {
  std::string id;    // 64 hex digits
  std::string name;  // task name: <service>.<slot>.<task id>
  std::string task_id;
  std::string image;              // as in the spec
  std::string image_id;           // "sha256:..."
  std::vector<std::string> argv;  // what runs
  std::shared_ptr<const AssignedTask> task;
  WallTime created, started, finished;  // ns 0: not yet
  bool running = false;
  std::int64_t pid = 0;
  int exit_code = 0;
  bool oom_killed = false;
  std::string error;
  std::string log_path;  // json-file log; empty: another driver
  bool tty = false;
  std::string address;           // on docker_gwbridge
  std::vector<Mount> mounts;     // as mounted; volume sources resolved to names
  std::vector<std::string> env;  // as it really is
  std::string working_dir, user, hostname;
};

struct LogLine {
  bool error_stream = false;  // stderr
  WallTime at;
  std::string text;  // with its newline, if it had one
};

struct LogQuery {
  bool out = true, err = true;  // which streams
  bool follow = false;
  std::optional<std::uint64_t> tail;  // the last n lines; unset: all
  WallTime since, until;              // ns 0: unbounded
};

class ContainerDirectory {
 public:
  virtual ~ContainerDirectory() = default;
  virtual std::vector<ContainerRecord> list() const = 0;
  // Full id, unique prefix, or name. not_found: "No such container: x".
  virtual Result<ContainerRecord> find(const std::string& typed) const = 0;
  // Calls `line` in order until the end (or for ever with follow: until it returns false, the container ends, or
  // `cancelled` returns true). Survives rotation. A driver that cannot be read back is refused with its name.
  virtual Result<void> logs(const std::string& id, const LogQuery& query,
                            const std::function<bool(const LogLine&)>& line,
                            const std::function<bool()>& cancelled) const = 0;
  // The container that runs a task here; not_found if there is none.
  virtual Result<ContainerRecord> of_task(const std::string& task_id) const = 0;
};

}  // namespace skein
