// Watcher: one thread that sees processes end and timers come due, and calls back.
//
// Callbacks run on that thread and must be quick (post to a pool, send a signal). Each is called once at most; what is
// still waiting when the watcher closes is dropped.
// Threads: any may call watch and after. Units: milliseconds of the steady clock.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "runtime/containers/unique_fd.h"

namespace skein {

class Watcher {
 public:
  using Callback = std::function<void()>;
  Watcher();
  ~Watcher() { close(); }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  // Calls when the process behind `process` (open_process) has ended; at once if it is empty.
  void watch(UniqueFd process, Callback ended);
  void after(std::int64_t delay_ms, Callback due);
  void close();

 private:
  using TimePoint = std::chrono::steady_clock::time_point;
  struct Watched {
    UniqueFd fd;
    Callback ended;
  };
  void serve();
  bool closing();
  int wait_ms();
  void process_ended(int fd);
  void run_timers();
  void wake();

  UniqueFd epoll_, event_;
  std::mutex mutex_;
  bool closing_ = false;
  std::map<int, Watched> watched_;
  std::multimap<TimePoint, Callback> timers_;
  std::thread thread_;
};

}  // namespace skein
