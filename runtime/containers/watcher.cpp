#include "runtime/containers/watcher.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "events/base/check.h"

namespace skein {
namespace {

constexpr std::size_t kEventsMax = 64;

void add_to(int epoll, int fd) {
  struct epoll_event event = {};
  event.events = EPOLLIN;
  event.data.fd = fd;
  CHECK(::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
}

}  // namespace

Watcher::Watcher() : epoll_{::epoll_create1(EPOLL_CLOEXEC)}, event_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  CHECK(epoll_ && event_, "no descriptors left for the container watcher");
  add_to(epoll_.get(), event_.get());
  thread_ = std::thread{[this] { serve(); }};
}

void Watcher::watch(UniqueFd process, Callback ended) {
  if (!process) return after(0, std::move(ended));
  const int fd = process.get();
  {
    const std::lock_guard lock{mutex_};
    watched_[fd] = {std::move(process), std::move(ended)};
  }
  add_to(epoll_.get(), fd);
}

void Watcher::after(std::int64_t delay_ms, Callback due) {
  {
    const std::lock_guard lock{mutex_};
    timers_.emplace(std::chrono::steady_clock::now() + std::chrono::milliseconds{delay_ms}, std::move(due));
  }
  wake();
}

void Watcher::close() {
  {
    const std::lock_guard lock{mutex_};
    if (closing_) return;
    closing_ = true;
  }
  wake();
  thread_.join();
}

void Watcher::wake() {
  const std::uint64_t one = 1;
  (void)!::write(event_.get(), &one, sizeof one);  // full means: it is awake already
}

bool Watcher::closing() {
  const std::lock_guard lock{mutex_};
  return closing_;
}

void Watcher::serve() {
  std::array<struct epoll_event, kEventsMax> events;
  while (!closing()) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), wait_ms());
    for (int n = 0; n < count; ++n) {
      const int fd = events[static_cast<std::size_t>(n)].data.fd;
      std::uint64_t ignored = 0;
      if (fd == event_.get())
        (void)!::read(fd, &ignored, sizeof ignored);
      else
        process_ended(fd);
    }
    run_timers();
  }
}

int Watcher::wait_ms() {
  const std::lock_guard lock{mutex_};
  if (timers_.empty()) return -1;
  const auto left = timers_.begin()->first - std::chrono::steady_clock::now();
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<std::int64_t>(ms, 0, 60'000));
}

void Watcher::process_ended(int fd) {
  Watched entry;
  {
    const std::lock_guard lock{mutex_};
    auto node = watched_.extract(fd);
    if (node.empty()) return;
    entry = std::move(node.mapped());
  }
  entry.fd.reset();  // closing takes it out of the epoll set
  entry.ended();
}

void Watcher::run_timers() {
  for (;;) {
    Callback due;
    {
      const std::lock_guard lock{mutex_};
      if (closing_ || timers_.empty() || timers_.begin()->first > std::chrono::steady_clock::now()) return;
      due = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
    }
    due();
  }
}

}  // namespace skein
