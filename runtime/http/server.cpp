#include "runtime/http/server.h"

#include <fcntl.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace skein {
namespace {

extern "C" void* run_body(void* argument) {
  const std::unique_ptr<std::function<void()>> body{static_cast<std::function<void()>*>(argument)};
  (*body)();
  return nullptr;
}

// std::thread cannot set a stack size. nullopt: the system has no thread left.
std::optional<pthread_t> start_thread(std::size_t stack_bytes, std::function<void()> body) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stack_bytes);
  auto argument = std::make_unique<std::function<void()>>(std::move(body));
  pthread_t thread{};
  const bool started = pthread_create(&thread, &attributes, run_body, argument.get()) == 0;
  pthread_attr_destroy(&attributes);
  if (!started) return std::nullopt;
  static_cast<void>(argument.release());  // run_body owns it now
  return thread;
}

struct Live {
  int fd = -1;  // -1 once its connection is closing it
  pthread_t thread{};
  bool done = false;
};

}  // namespace

struct HttpServer::State {
  explicit State(Options its_options) : options{std::move(its_options)}, wake_fd{::eventfd(0, EFD_CLOEXEC)} {}

  void admit(int fd);
  void run_connection(std::list<Live>::iterator own);
  void reap(std::unique_lock<std::mutex>& lock);
  void accept_loop(int fd);
  void shut(int how);

  const Options options;
  const int wake_fd;
  std::atomic<bool> stopping{false};
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::list<Live> live;              // guarded by mutex
  std::vector<pthread_t> acceptors;  // guarded by mutex
};

void HttpServer::State::run_connection(std::list<Live>::iterator own) {
  int fd = -1;
  {
    const std::lock_guard lock{mutex};
    fd = ::fcntl(own->fd, F_DUPFD_CLOEXEC, 0);  // ours to shut down while the connection owns the other
    std::swap(fd, own->fd);
  }
  Connection{fd, options.rules, stopping}.run();
  const std::lock_guard lock{mutex};
  if (own->fd >= 0) ::close(own->fd);
  own->fd = -1;
  own->done = true;
  changed.notify_all();
}

// Joins the threads that are done.
void HttpServer::State::reap(std::unique_lock<std::mutex>& lock) {
  std::list<Live> done;
  for (auto it = live.begin(); it != live.end();) {
    const auto here = it++;
    if (here->done) done.splice(done.end(), live, here);
  }
  lock.unlock();
  for (const Live& each : done) pthread_join(each.thread, nullptr);
  lock.lock();
}

void HttpServer::State::shut(int how) {
  const std::lock_guard lock{mutex};
  for (const Live& each : live)
    if (each.fd >= 0) ::shutdown(each.fd, how);
}

void HttpServer::State::admit(int fd) {
  std::unique_lock lock{mutex};
  reap(lock);
  if (!stopping && live.size() < options.connections_max) {
    const auto own = live.insert(live.end(), Live{.fd = fd});
    if (auto thread = start_thread(options.stack_bytes, [this, own] { run_connection(own); })) {
      own->thread = *thread;
      return;
    }
    live.erase(own);
  }
  lock.unlock();
  FdStream stream{fd};
  ResponseWriter{stream, options.rules.headers, stopping, {.keep_alive = false}}.send(
      error_response(503, "too many connections"), {});
}

HttpServer::HttpServer(Options options) : state_{std::make_unique<State>(std::move(options))} {}

HttpServer::~HttpServer() {
  stop();
  ::close(state_->wake_fd);
}

void HttpServer::State::accept_loop(int fd) {
  pollfd entries[2] = {{fd, POLLIN, 0}, {wake_fd, POLLIN, 0}};
  while (!stopping) {
    if (::poll(entries, 2, -1) < 0 || (entries[0].revents & POLLIN) == 0) continue;
    const int client = ::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0 && (errno == EMFILE || errno == ENFILE)) {
      spdlog::error("http: no descriptor left for a new client");
      ::poll(&entries[1], 1, 100);  // it stays in the queue; look again soon
    }
    if (client >= 0) admit(client);
  }
  ::close(fd);
}

void HttpServer::accept_on(int listening_fd) {
  const std::lock_guard lock{state_->mutex};
  auto thread = start_thread(state_->options.stack_bytes, [this, listening_fd] { state_->accept_loop(listening_fd); });
  CHECK(thread, "no thread for an acceptor");
  state_->acceptors.push_back(*thread);
}

void HttpServer::serve(int connected_fd) { state_->admit(connected_fd); }

void HttpServer::stop() {
  State& s = *state_;
  s.stopping = true;
  const std::uint64_t one = 1;
  CHECK(::write(s.wake_fd, &one, sizeof one) == sizeof one);
  std::unique_lock lock{s.mutex};
  const std::vector<pthread_t> acceptors = std::exchange(s.acceptors, {});
  lock.unlock();
  for (const pthread_t thread : acceptors) pthread_join(thread, nullptr);
  s.shut(SHUT_RD);  // whoever waits for a request sees its end; answers under way still go out
  lock.lock();
  const auto idle = [&s] {
    return std::all_of(s.live.begin(), s.live.end(), [](const Live& each) { return each.done; });
  };
  if (!s.changed.wait_for(lock, s.options.stop_grace, idle)) {
    lock.unlock();
    s.shut(SHUT_RDWR);
    lock.lock();
    s.changed.wait(lock, idle);
  }
  s.reap(lock);
}

std::size_t HttpServer::connections() const {
  const std::lock_guard lock{state_->mutex};
  return static_cast<std::size_t>(
      std::count_if(state_->live.begin(), state_->live.end(), [](const Live& each) { return !each.done; }));
}

}  // namespace skein
