// Progress: how far a service is from what was asked of it, and when it may be called converged.
//
// Fed with what is seen now and then; gives the line to print and whether it is over. Converged: every wanted task runs
// with a spec that is not outdated, no update is under way, and it stayed so for the monitoring time (docker's verify).
// A job is over when it has completed. Time is handed in. Source: docker/cli cli/command/service/progress. Pure.
#pragma once
#include <optional>
#include <string>

#include "events/base/clock.h"
#include "events/proto/control.pb.h"

namespace skein::cli {

struct Seen {
  Service service;
  control::ServiceCounts counts;
  control::Answer tasks;  // its tasks with their specs
  std::uint64_t eligible_nodes = 0;
};

struct ProgressLine {
  std::string text;
  bool over = false;
  std::optional<std::string> failure;  // why it will not converge by itself
};

class Progress {
 public:
  Progress(std::string service, std::int64_t monitor_ns) : service_{std::move(service)}, monitor_ns_{monitor_ns} {}
  ProgressLine look(const Seen& seen, WallTime now);

 private:
  ProgressLine look_at_job(const Seen& seen);
  const std::string service_;  // as typed
  const std::int64_t monitor_ns_;
  std::optional<WallTime> since_;  // all well since then
};

// Tasks that run and are up to date, of how many.
struct Settled {
  std::uint64_t running = 0, wanted = 0;
};
Settled count_settled(const Seen& seen);

}  // namespace skein::cli
