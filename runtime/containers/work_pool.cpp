#include "runtime/containers/work_pool.h"

namespace skein {

WorkPool::WorkPool(std::size_t threads) {
  for (std::size_t n = 0; n < threads; ++n) threads_.emplace_back([this] { serve(); });
}

void WorkPool::post(Job job) {
  {
    const std::lock_guard lock{mutex_};
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
}

void WorkPool::close() {
  {
    const std::lock_guard lock{mutex_};
    closing_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void WorkPool::serve() {
  std::unique_lock lock{mutex_};
  for (;;) {
    wake_.wait(lock, [this] { return closing_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = nullptr;  // what it holds goes before the lock is taken again
    lock.lock();
  }
}

void Lanes::post(const std::string& key, Job job) {
  {
    const std::lock_guard lock{mutex_};
    const auto [lane, idle] = lanes_.try_emplace(key);
    lane->second.push_back(std::move(job));
    if (!idle) return;
  }
  pool_.post([this, key] { run_next(key); });
}

void Lanes::run_next(const std::string& key) {
  Job job;
  {
    const std::lock_guard lock{mutex_};
    auto& waiting = lanes_.at(key);
    job = std::move(waiting.front());
    waiting.pop_front();
  }
  job(Turn{nullptr, [this, key](void*) { finished(key); }});
}

void Lanes::finished(const std::string& key) {
  {
    const std::lock_guard lock{mutex_};
    const auto lane = lanes_.find(key);
    if (lane->second.empty()) {
      lanes_.erase(lane);
      if (lanes_.empty()) idle_.notify_all();
      return;
    }
  }
  pool_.post([this, key] { run_next(key); });
}

void Lanes::wait_until_idle() {
  std::unique_lock lock{mutex_};
  idle_.wait(lock, [this] { return lanes_.empty(); });
}

}  // namespace skein
