// Echo servers and clients inside the lab's namespaces. A socket belongs to the namespace it was opened in, so only the
// opening happens there; serving and asking happen on ordinary threads.
//
// An answer is "<server's name> <client's address as the server sees it>".
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/netmesh/lab.h"

namespace skein::mesh {

class EchoServer {
 public:
  // Port 0: any free one. `tcp` or UDP, on every address of the namespace.
  EchoServer(Lab& lab, const std::string& netns_path, std::string name, std::uint16_t port, bool tcp = true);
  ~EchoServer();
  EchoServer(const EchoServer&) = delete;
  EchoServer& operator=(const EchoServer&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  void serve();
  void answer(int fd);

  std::string name_;
  std::uint16_t port_ = 0;
  bool tcp_;
  int socket_ = -1;
  int stop_ = -1;
  std::vector<int> connections_;
  std::thread thread_;
};

// A client's socket; closes itself. Connecting and asking wait at most two seconds.
class EchoClient {
 public:
  EchoClient(Lab& lab, const std::string& netns_path, const std::string& address, std::uint16_t port, bool tcp = true,
             std::uint16_t own_port = 0);
  ~EchoClient();
  EchoClient(const EchoClient&) = delete;
  EchoClient& operator=(const EchoClient&) = delete;

  int error() const { return error_; }  // errno of the connect or the last ask, 0: fine
  std::string ask();                    // "" when there is no answer

 private:
  int socket_ = -1;
  int error_ = 0;
};

// One connection, one question.
std::string ask_once(Lab& lab, const std::string& netns_path, const std::string& address, std::uint16_t port,
                     bool tcp = true);

}  // namespace skein::mesh
