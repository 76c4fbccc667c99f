// LogReader: a container's log, as conmon writes it ("time stream F|P text" a line, the k8s-file format), read back.
//
// Is: tail (backwards by blocks, never the whole file), since and until, joining of partial lines, following across
// rotation (path.1 is the newest of the old ones). Is not: writing (conmon) or rotating (log_rotation.h).
// Departs: a message longer than 1 MiB is handed out in pieces; when both streams write unfinished lines at once, the
// first message of a tail may lack its beginning.
// Threads: any; one reader, one call. Follow waits by inotify and looks at `cancelled` four times a second.
#pragma once
#include <functional>
#include <string>

#include "runtime/containers/container_directory.h"

namespace skein {

struct LogSource {
  std::string path;
  std::function<bool()> running;  // false: nothing will be added any more
};

using LogSink = std::function<bool(const LogLine&)>;

Result<void> read_log(const LogSource& source, const LogQuery& query, const LogSink& sink,
                      const std::function<bool()>& cancelled);

}  // namespace skein
