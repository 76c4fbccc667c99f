// Container: all that the executor knows of one container, and its two files: record.json and task.pb.
//
// Is: plain data with a codec. Invariant: the record is written (rename) only once the container has been created, so
// a directory without one is a half-made container that an earlier life left behind. Not flushed to disk: a machine
// that loses power has no containers either, and a torn record counts as none.
// Both files are 0600: environments hold passwords.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "actors/ports/executor.h"
#include "runtime/containers/container_directory.h"
#include "runtime/containers/log_settings.h"
#include "runtime/containers/process.h"

namespace skein {

enum class Phase : unsigned char { created, running, ended };

struct Container {
  ContainerRecord record;
  std::string dir;
  Phase phase = Phase::created;
  ProcessName init, monitor;
  std::string start_error;  // why it cannot be started, known since it was created
  std::string netns_path;
  std::string netns_for_crun;  // the same by an open descriptor of ours; while it is created, not saved
  std::vector<std::string> anonymous_volumes;
  LogSettings log;
  int stop_signal = 15;
  HealthConfig image_health;

  ContainerInfo info() const { return {record.id, record.started.ns == 0 ? 0 : init.pid}; }
};

Result<void> save_container(const Container& container);
std::optional<Container> load_container(const std::string& dir);

}  // namespace skein
