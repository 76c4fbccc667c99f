#include "tests/runtime/images/scripted_server.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>

#include "events/base/check.h"

namespace skein::images {
namespace {

bool read_until(int fd, std::string& text, std::size_t size, const std::string& mark) {
  std::array<char, 4096> buffer{};
  while (mark.empty() ? text.size() < size : text.find(mark) == std::string::npos) {
    const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (n <= 0) return false;
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
  return true;
}

SeenRequest parse_head(const std::string& head) {
  SeenRequest request;
  std::istringstream lines{head};
  std::string line;
  lines >> request.method >> request.target;
  std::getline(lines, line);
  while (std::getline(lines, line) && line != "\r") {
    const std::size_t colon = line.find(':');
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    request.headers[name] = line.substr(colon + 2, line.size() - colon - 3);
  }
  return request;
}

}  // namespace

ScriptedServer::ScriptedServer(Answer answer) : answer_{std::move(answer)} {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  CHECK(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) == 0 && ::listen(listener_, 64) == 0);
  CHECK(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread{[this] { accept_all(); }};
}

ScriptedServer::~ScriptedServer() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock{mutex_};
    for (const int fd : held_) ::shutdown(fd, SHUT_RDWR);
  }
  for (auto& connection : connections_) connection.join();
  ::close(listener_);
}

std::vector<SeenRequest> ScriptedServer::seen() const {
  const std::lock_guard lock{mutex_};
  return seen_;
}

void ScriptedServer::accept_all() {
  for (;;) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    {
      const std::lock_guard lock{mutex_};
      held_.push_back(connection);
    }
    connections_.emplace_back([this, connection] { serve(connection); });
  }
}

void ScriptedServer::serve(int connection) {
  std::string text;
  char first = 0;
  const bool is_http = ::recv(connection, &first, 1, MSG_PEEK) == 1 && first != 0x16;  // 0x16: a TLS hello; no TLS here
  if (is_http && read_until(connection, text, 0, "\r\n\r\n")) {
    const std::size_t head = text.find("\r\n\r\n") + 4;
    SeenRequest request = parse_head(text.substr(0, head));
    const auto length = request.headers.find("content-length");
    const bool whole =
        length == request.headers.end() || read_until(connection, text, head + std::stoul(length->second), "");
    request.body = text.substr(head);
    {
      const std::lock_guard lock{mutex_};
      seen_.push_back(request);
    }
    const std::string answer = whole ? answer_(request) : "";
    if (answer == "hold") {
      read_until(connection, text, text.size() + 1, "");  // ends with the server or the client
    } else {
      for (std::size_t sent = 0; sent < answer.size();) {
        const ssize_t n = ::send(connection, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
        if (n <= 0) break;
        sent += static_cast<std::size_t>(n);
      }
    }
  }
  ::shutdown(connection, is_http ? SHUT_WR : SHUT_RDWR);
  if (is_http) read_until(connection, text, text.size() + 1, "");
  const std::lock_guard lock{mutex_};
  std::erase(held_, connection);
  ::close(connection);
}

std::string reply(int status, const std::string& body, const std::string& headers) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n" + headers + "\r\n" + body;
}

}  // namespace skein::images
