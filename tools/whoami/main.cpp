// whoami: a tiny HTTP server that says which container answered. Port 80, or $PORT. SIGTERM and SIGINT end it at once:
// as process 1 of a container it would otherwise get neither.
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <thread>

#include "tools/whoami/request.h"

namespace skein::whoami {
namespace {

constexpr int kPatienceSeconds = 10;
constexpr std::size_t kMaxHead = 16 * 1024;

std::string variable(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

std::string own_hostname() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "?";
}

std::string text_of(const sockaddr_in& address) {
  char text[INET_ADDRSTRLEN] = {};
  ::inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
  return text;
}

std::vector<std::string> own_addresses() {
  std::vector<std::string> found;
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return found;
  for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
    const std::string text = text_of(*reinterpret_cast<const sockaddr_in*>(one->ifa_addr));
    if (!text.starts_with("127.")) found.push_back(text);
  }
  ::freeifaddrs(all);
  return found;
}

std::string read_head(int client) {
  std::string head;
  char piece[4096];
  while (head.size() < kMaxHead) {
    const ssize_t got = ::recv(client, piece, sizeof piece, 0);
    if (got <= 0) return "";
    head.append(piece, static_cast<std::size_t>(got));
    if (const std::size_t end = head.find("\r\n\r\n"); end != std::string::npos) return head.substr(0, end);
  }
  return "";
}

void send_all(int client, const std::string& text) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t one = ::send(client, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (one <= 0) return;
    sent += static_cast<std::size_t>(one);
  }
}

void serve(int client, const sockaddr_in& from) {
  const timeval patience{kPatienceSeconds, 0};
  ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const std::string remote = text_of(from) + ":" + std::to_string(ntohs(from.sin_port));
  const std::string hostname = own_hostname();
  if (const std::string head = read_head(client); !head.empty()) {
    const Answer said =
        answer(head, {hostname, variable("TASK", hostname), variable("VERSION", ""), own_addresses(), remote});
    send_all(client, said.text);
    std::printf("%s from %s\n", head.substr(0, head.find("\r\n")).c_str(), remote.c_str());
    if (said.exit_status) ::_exit(*said.exit_status);
  }
  ::close(client);
}

int listen_on(unsigned port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return -1;
  return ::listen(listener, SOMAXCONN) == 0 ? listener : -1;
}

void leave(int) { ::_exit(0); }

int run() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::signal(SIGTERM, leave);
  std::signal(SIGINT, leave);
  const std::string port = variable("PORT", "80");
  const int listener = listen_on(static_cast<unsigned>(std::atoi(port.c_str())));
  if (listener < 0) {
    std::perror(("whoami: cannot listen on port " + port).c_str());
    return 1;
  }
  std::printf("whoami %s listens on port %s\n", variable("VERSION", "?").c_str(), port.c_str());
  for (;;) {
    sockaddr_in from{};
    socklen_t length = sizeof from;
    const int client = ::accept(listener, reinterpret_cast<sockaddr*>(&from), &length);
    if (client >= 0) std::thread{serve, client, from}.detach();
  }
}

}  // namespace
}  // namespace skein::whoami

int main() { return skein::whoami::run(); }
