// ScriptedServer: an HTTP server on a loopback port that answers what a test says, byte by byte if need be.
// One thread a connection, one request a connection. The answer is sent raw and the connection closed.
#pragma once
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace skein::images {

struct SeenRequest {
  std::string method, target;                  // "/v2/?x=y"
  std::map<std::string, std::string> headers;  // lower-case names
  std::string body;
};

class ScriptedServer {
 public:
  // Returns the whole answer; "hold": says nothing until the server ends.
  using Answer = std::function<std::string(const SeenRequest&)>;
  explicit ScriptedServer(Answer answer);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  std::vector<SeenRequest> seen() const;

 private:
  void accept_all();
  void serve(int connection);
  Answer answer_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<SeenRequest> seen_;
  std::vector<std::thread> connections_;
  std::vector<int> held_;
  std::thread acceptor_;
};

std::string reply(int status, const std::string& body, const std::string& headers = "");

}  // namespace skein::images
