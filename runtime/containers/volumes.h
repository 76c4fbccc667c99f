// Volumes: named directories that outlive containers, <root>/<name>/_data.
//
// Is: made on demand, filled once from the image's directory that they cover, removed when anonymous. Is not: volume
// drivers; only "local" without options exists here, anything else is refused with Docker's text.
// Invariant: a volume is filled by one thread only, and only while it is empty (moby: copy-up).
// Threads: any at once.
#pragma once
#include <mutex>
#include <string>

#include "events/base/result.h"
#include "events/proto/types.pb.h"

namespace skein {

class Volumes {
 public:
  explicit Volumes(std::string root) : root_{std::move(root)} {}

  // The volume's data directory; makes the volume if there is none. `mount.source` is its name.
  Result<std::string> ensure(const Mount& mount);
  // Copies what `root` holds at `target` into the volume, if the volume is empty and there is such a directory.
  Result<void> copy_up(const std::string& data_dir, const std::string& root, const std::string& target);
  void remove(const std::string& name);

 private:
  const std::string root_;
  std::mutex mutex_;
};

}  // namespace skein
