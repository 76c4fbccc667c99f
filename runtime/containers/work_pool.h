// WorkPool: a few threads that run jobs in order of arrival; Lanes: on top of it, one job at a time for each key.
//
// A lane's turn is a token: the next job of that key begins when the last copy of the token has gone. So a job may
// hand its work on (to a pull, to another pool) and keep its turn. Invariant: what was posted before the destructor
// runs to its end; nothing may be posted after.
// Threads: post from any, also from inside a job.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace skein {

class WorkPool {
 public:
  using Job = std::function<void()>;
  explicit WorkPool(std::size_t threads);
  ~WorkPool() { close(); }
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  void post(Job job);
  // Runs what is queued, then ends the threads. Idempotent; not from inside a job.
  void close();

 private:
  void serve();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

class Lanes {
 public:
  using Turn = std::shared_ptr<void>;
  using Job = std::function<void(Turn)>;
  explicit Lanes(WorkPool& pool) : pool_{pool} {}

  void post(const std::string& key, Job job);
  // Returns once no lane has a job, waiting or under way.
  void wait_until_idle();

 private:
  void run_next(const std::string& key);
  void finished(const std::string& key);

  WorkPool& pool_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::map<std::string, std::deque<Job>> lanes_;  // a lane is there while it is busy
};

}  // namespace skein
