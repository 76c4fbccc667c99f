#include "runtime/control/doorway.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace skein {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kHttp2 = "PRI ";
constexpr std::size_t kWaitingMax = 64;
constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::milliseconds kLookAgain{20};

enum class Speaks : unsigned char { nothing_yet, part, grpc, http, hung_up };

Speaks look(int fd) {
  char first[kHttp2.size()];
  const ssize_t count = ::recv(fd, first, sizeof first, MSG_PEEK | MSG_DONTWAIT);
  if (count < 0) return errno == EAGAIN || errno == EINTR ? Speaks::nothing_yet : Speaks::hung_up;
  if (count == 0) return Speaks::hung_up;
  const std::string_view seen{first, static_cast<std::size_t>(count)};
  if (!kHttp2.starts_with(seen)) return Speaks::http;
  return seen.size() == kHttp2.size() ? Speaks::grpc : Speaks::part;
}

struct Waiting {
  int fd = -1;
  SteadyClock::time_point since;
  bool part = false;  // has said something that may become either; poll() would not wait for more
};

Refusal trouble(const std::string& path, std::string_view why) {
  return {Errc::fault, fmt::format("control socket {}: {}", path, why)};
}
Refusal trouble(const std::string& path) { return trouble(path, std::strerror(errno)); }

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) return trouble(path, "the path must have 1 to 107 bytes");
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

bool somebody_listens(const sockaddr_un& address) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const bool answered = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return answered;
}

Result<void> clear_the_way(const std::string& path, const sockaddr_un& address) {
  std::error_code error;
  const auto parent = std::filesystem::path{path}.parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (error) return trouble(path, error.message());
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return {};
  if (!S_ISSOCK(info.st_mode)) return trouble(path, "there is a file in its place that is no socket");
  if (somebody_listens(address)) return trouble(path, "another program listens on it");
  if (::unlink(path.c_str()) != 0) return trouble(path);
  return {};
}

Result<int> listen_at(const std::string& path) {
  const auto address = address_of(path);
  if (!address) return address.refusal();
  if (auto clear = clear_the_way(path, *address); !clear) return clear.refusal();
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return trouble(path);
  // Nobody can connect between bind and listen, so nobody sees the file with other rights.
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0 &&
      ::chmod(path.c_str(), 0600) == 0 && ::listen(fd, SOMAXCONN) == 0)
    return fd;
  const Refusal refusal = trouble(path);
  ::close(fd);
  return refusal;
}

}  // namespace

struct Doorway::State {
  void run();
  void accept_clients();
  void wait_for_news();
  void sort_clients();
  void hand_on(int fd, Speaks speaks);

  Options options;
  int listening = -1;
  int wake = -1;
  std::atomic<bool> stopping{false};
  std::vector<Waiting> waiting;  // the thread's own
  std::thread thread;
};

void Doorway::State::wait_for_news() {
  std::vector<pollfd> entries{{wake, POLLIN, 0}, {listening, POLLIN, 0}};
  bool part = false;
  for (const Waiting& each : waiting) {
    if (!each.part) entries.push_back({each.fd, POLLIN, 0});
    part = part || each.part;
  }
  const int forever = waiting.empty() ? -1 : 1000;
  ::poll(entries.data(), entries.size(), part ? static_cast<int>(kLookAgain.count()) : forever);
}

void Doorway::State::accept_clients() {
  while (!stopping) {
    const int client = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) {
      if (errno != EMFILE && errno != ENFILE) return;
      spdlog::error("control socket: no descriptor left for a new client");
      std::this_thread::sleep_for(kLookAgain);  // it stays in the queue
      return;
    }
    if (waiting.size() == kWaitingMax) {
      ::close(waiting.front().fd);
      waiting.erase(waiting.begin());
    }
    waiting.push_back({client, SteadyClock::now()});
  }
}

void Doorway::State::hand_on(int fd, Speaks speaks) {
  if (speaks == Speaks::grpc)
    options.grpc(fd);
  else if (speaks == Speaks::http)
    options.http(fd);
  else
    ::close(fd);
}

void Doorway::State::sort_clients() {
  const auto now = SteadyClock::now();
  std::vector<Waiting> still;
  for (Waiting each : std::exchange(waiting, {})) {
    const Speaks speaks = look(each.fd);
    const bool undecided = speaks == Speaks::nothing_yet || speaks == Speaks::part;
    each.part = speaks == Speaks::part;
    if (undecided && now - each.since < kPatience)
      still.push_back(each);
    else
      hand_on(each.fd, speaks);
  }
  waiting = std::move(still);
}

void Doorway::State::run() {
  while (!stopping) {
    wait_for_news();
    if (stopping) break;
    accept_clients();
    sort_clients();
  }
  for (const Waiting& each : waiting) ::close(each.fd);
}

Doorway::Doorway(std::unique_ptr<State> state) : state_{std::move(state)} {}

Result<std::unique_ptr<Doorway>> Doorway::open(Options options) {
  const auto listening = listen_at(options.path);
  if (!listening) return listening.refusal();
  auto state = std::make_unique<State>();
  state->options = std::move(options);
  state->listening = *listening;
  state->wake = ::eventfd(0, EFD_CLOEXEC);
  if (state->wake < 0) {
    const Refusal refusal = trouble(state->options.path);
    ::close(state->listening);
    return refusal;
  }
  State& running = *state;
  state->thread = std::thread{[&running] { running.run(); }};
  return std::unique_ptr<Doorway>{new Doorway{std::move(state)}};
}

void Doorway::stop() {
  if (!state_->thread.joinable()) return;
  state_->stopping = true;
  const std::uint64_t one = 1;
  CHECK(::write(state_->wake, &one, sizeof one) == sizeof one);
  state_->thread.join();
  ::unlink(state_->options.path.c_str());  // while it still listens: no other daemon has taken the path over
  ::close(state_->listening);
  ::close(state_->wake);
}

Doorway::~Doorway() { stop(); }

}  // namespace skein
