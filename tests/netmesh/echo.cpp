#include "tests/netmesh/echo.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace skein::mesh {
namespace {

sockaddr_in address_of(const std::string& text, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  CHECK(inet_pton(AF_INET, text.c_str(), &address.sin_addr) == 1);
  return address;
}

std::string text_of(const sockaddr_in& address) {
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
  return text.data();
}

int bound_socket(bool tcp, const std::string& address, std::uint16_t port) {
  const int fd = ::socket(AF_INET, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
  CHECK(fd >= 0);
  const int yes = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const sockaddr_in own = address_of(address, port);
  CHECK(::bind(fd, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0);
  return fd;
}

}  // namespace

EchoServer::EchoServer(Lab& lab, const std::string& netns_path, std::string name, std::uint16_t port, bool tcp)
    : name_{std::move(name)}, tcp_{tcp} {
  lab.in(netns_path, [&] {
    socket_ = bound_socket(tcp, "0.0.0.0", port);
    if (tcp) CHECK(::listen(socket_, 1024) == 0);
  });
  sockaddr_in own{};
  socklen_t length = sizeof own;
  CHECK(::getsockname(socket_, reinterpret_cast<sockaddr*>(&own), &length) == 0);
  port_ = ntohs(own.sin_port);
  stop_ = ::eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread{[this] { serve(); }};
}

EchoServer::~EchoServer() {
  const std::uint64_t one = 1;
  CHECK(::write(stop_, &one, sizeof one) == sizeof one);
  thread_.join();
  for (const int fd : connections_) ::close(fd);
  ::close(socket_);
  ::close(stop_);
}

void EchoServer::serve() {
  while (true) {
    std::vector<pollfd> polled{{stop_, POLLIN, 0}, {socket_, POLLIN, 0}};
    for (const int fd : connections_) polled.push_back({fd, POLLIN, 0});
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;
    if (polled[0].revents != 0) return;
    if (polled[1].revents != 0) {
      if (tcp_) {
        connections_.push_back(::accept(socket_, nullptr, nullptr));
      } else {
        answer(socket_);
      }
    }
    for (std::size_t i = 2; i < polled.size(); ++i) {
      if (polled[i].revents != 0) answer(polled[i].fd);
    }
  }
}

void EchoServer::answer(int fd) {
  std::array<char, 64> question{};
  sockaddr_in peer{};
  socklen_t length = sizeof peer;
  const ssize_t n = ::recvfrom(fd, question.data(), question.size(), 0, reinterpret_cast<sockaddr*>(&peer), &length);
  if (tcp_ && n <= 0) {
    ::close(fd);
    connections_.erase(std::find(connections_.begin(), connections_.end(), fd));
    return;
  }
  if (tcp_) ::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &(length = sizeof peer));
  const std::string reply = name_ + " " + text_of(peer);
  const auto* to = tcp_ ? nullptr : reinterpret_cast<const sockaddr*>(&peer);
  ::sendto(fd, reply.data(), reply.size(), MSG_NOSIGNAL, to, tcp_ ? 0 : length);
}

EchoClient::EchoClient(Lab& lab, const std::string& netns_path, const std::string& address, std::uint16_t port,
                       bool tcp, std::uint16_t own_port) {
  lab.in(netns_path, [&] { socket_ = bound_socket(tcp, "0.0.0.0", own_port); });
  const timeval limit{2, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  const sockaddr_in to = address_of(address, port);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) error_ = errno;
}

EchoClient::~EchoClient() { ::close(socket_); }

std::string EchoClient::ask() {
  std::array<char, 256> answer{};
  error_ = 0;
  if (::send(socket_, "?", 1, MSG_NOSIGNAL) != 1) {
    error_ = errno;
    return {};
  }
  const ssize_t n = ::recv(socket_, answer.data(), answer.size(), 0);
  if (n < 0) error_ = errno;
  return n > 0 ? std::string{answer.data(), static_cast<std::size_t>(n)} : std::string{};
}

std::string ask_once(Lab& lab, const std::string& netns_path, const std::string& address, std::uint16_t port,
                     bool tcp) {
  EchoClient client{lab, netns_path, address, port, tcp};
  return client.error() == 0 ? client.ask() : std::string{};
}

}  // namespace skein::mesh
