// History: random but plausible records, the same for the same seed. Every event is about an aggregate that is there,
// tasks are born with specs that their service names, ids look like Docker's.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "events/base/ids.h"
#include "events/base/rng.h"
#include "events/proto/record.pb.h"

namespace skein {

class History {
 public:
  explicit History(std::uint64_t seed) : rng_{seed} {}
  // The next record, with one to `max_events` events.
  Record next(std::size_t max_events);

 private:
  struct LiveService {
    std::string id;
    std::uint64_t version = 0;
  };
  struct LiveTask {
    std::string id;
    int step = 0;
  };
  Event random_event(std::uint64_t index);
  Event node_event();
  Event service_event(std::uint64_t index);
  Event task_event();
  Event born_task();
  Event task_step(LiveTask& task);
  Event network_event();
  Event file_event();
  template <class T>
  T& pick(std::vector<T>& from) {
    return from[rng_.below(from.size())];
  }
  template <class T>
  T take(std::vector<T>& from) {
    std::swap(pick(from), from.back());
    T taken = std::move(from.back());
    from.pop_back();
    return taken;
  }
  Event about(const std::string& id) const;

  SeededRng rng_;
  std::uint64_t index_ = 0;
  std::vector<std::string> nodes_;
  std::vector<LiveService> services_;
  std::vector<LiveTask> tasks_;
  std::vector<std::string> networks_;
  std::vector<std::string> secrets_;
  std::vector<std::string> configs_;
};

}  // namespace skein
