#include "actors/log_disk.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "events/base/check.h"

namespace skein {
namespace {

class InlineDisk final : public LogDisk {
 public:
  explicit InlineDisk(EventLog& log) : log_{log} {}
  void append(std::shared_ptr<const AppendGroup> group, Done done) override { done(log_.append(*group)); }
  void save(std::shared_ptr<const Snapshot> snapshot, Done done) override { done(log_.save_snapshot(*snapshot)); }
  void erase(std::string payload, Done done) override { done(log_.erase_payload(payload)); }
  void close() override {}

 private:
  EventLog& log_;
};

class ThreadedDisk final : public LogDisk {
 public:
  explicit ThreadedDisk(EventLog& log) : log_{log}, thread_{[this] { run(); }} {}
  ~ThreadedDisk() override { close(); }

  void append(std::shared_ptr<const AppendGroup> group, Done done) override {
    push([this, group = std::move(group), done = std::move(done)] { done(log_.append(*group)); });
  }
  void save(std::shared_ptr<const Snapshot> snapshot, Done done) override {
    push([this, snapshot = std::move(snapshot), done = std::move(done)] { done(log_.save_snapshot(*snapshot)); });
  }
  void erase(std::string payload, Done done) override {
    push([this, payload = std::move(payload), done = std::move(done)] { done(log_.erase_payload(payload)); });
  }
  void close() override {
    {
      const std::lock_guard lock{mutex_};
      if (closed_) return;
      closed_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

 private:
  void push(std::function<void()> work) {
    {
      const std::lock_guard lock{mutex_};
      CHECK(!closed_, "the disk was closed before its users");
      work_.push_back(std::move(work));
    }
    wake_.notify_one();
  }
  void run() {
    std::unique_lock lock{mutex_};
    for (;;) {
      wake_.wait(lock, [this] { return closed_ || !work_.empty(); });
      if (work_.empty()) return;
      auto work = std::move(work_.front());
      work_.pop_front();
      lock.unlock();
      work();
      lock.lock();
    }
  }

  EventLog& log_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> work_;
  bool closed_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace

std::unique_ptr<LogDisk> make_threaded_disk(EventLog& log) { return std::make_unique<ThreadedDisk>(log); }
std::unique_ptr<LogDisk> make_inline_disk(EventLog& log) { return std::make_unique<InlineDisk>(log); }

}  // namespace skein
