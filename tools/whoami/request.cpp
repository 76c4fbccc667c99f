#include "tools/whoami/request.h"

#include <cstdlib>

namespace skein::whoami {
namespace {

std::string response(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status +
         "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

std::string without_returns(const std::string& text) {
  std::string lines;
  for (const char c : text) {
    if (c != '\r') lines += c;
  }
  return lines;
}

std::string about(const std::string& head, const Whereabouts& here) {
  std::string body = "Hostname: " + here.hostname + "\nTask: " + here.task + "\n";
  if (!here.version.empty()) body += "Version: " + here.version + "\n";
  for (const std::string& address : here.addresses) body += "IP: " + address + "\n";
  return body + "RemoteAddr: " + here.remote + "\n" + without_returns(head) + "\n";
}

// The second word of the request line; empty when there is none.
std::string path_of(const std::string& head) {
  const std::size_t from = head.find(' ');
  if (from == std::string::npos) return "";
  return head.substr(from + 1, head.find_first_of(" ?\r\n", from + 1) - from - 1);
}

}  // namespace

Answer answer(const std::string& head, const Whereabouts& here) {
  const std::string path = path_of(head);
  const std::string leave = "/exit/";
  if (path == "/") return {response("200 OK", about(head, here)), {}};
  if (path == "/health") return {response("200 OK", "ok\n"), {}};
  if (path.starts_with(leave)) return {response("200 OK", "leaving\n"), std::atoi(path.c_str() + leave.size()) & 0xff};
  return {response("404 Not Found", "no such page\n"), {}};
}

}  // namespace skein::whoami
