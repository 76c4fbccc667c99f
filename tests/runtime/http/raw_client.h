// RawClient: a client that says exactly the bytes a test gives it, over a real unix socket in a directory of its own.
#pragma once
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

#include "events/base/check.h"

namespace skein {

// A directory that lives as long as the object.
class TestDirectory {
 public:
  TestDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "skein-http-XXXXXX").string();
    CHECK(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TestDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

class RawClient {
 public:
  explicit RawClient(const std::string& path) : fd_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    CHECK(path.size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, path.c_str(), path.size());
    CHECK(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  explicit RawClient(int connected_fd) : fd_{connected_fd} {}
  ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // False when the server has hung up.
  bool say(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  void half_close() { ::shutdown(fd_, SHUT_WR); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  // Reads until `end` has been seen (the text up to and with it), or the server hangs up.
  std::string hear_until(std::string_view end) {
    while (heard_.find(end) == std::string::npos && hear_more()) {
    }
    const std::size_t at = heard_.find(end);
    const std::size_t size = at == std::string::npos ? heard_.size() : at + end.size();
    const std::string text = heard_.substr(0, size);
    heard_.erase(0, size);
    return text;
  }
  std::string hear_all() {
    while (hear_more()) {
    }
    return std::exchange(heard_, {});
  }

 private:
  bool hear_more() {
    char piece[4096];
    const ssize_t count = ::recv(fd_, piece, sizeof piece, 0);
    if (count > 0) heard_.append(piece, static_cast<std::size_t>(count));
    return count > 0;
  }
  int fd_;
  std::string heard_;
};

}  // namespace skein
