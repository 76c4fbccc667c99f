#include "runtime/http/message.h"

#include <strings.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "runtime/http/status.h"

namespace skein {

bool LessNoCase::operator()(std::string_view a, std::string_view b) const {
  const int order = strncasecmp(a.data(), b.data(), std::min(a.size(), b.size()));
  return order != 0 ? order < 0 : a.size() < b.size();
}

std::string Request::header(std::string_view name) const {
  const auto it = headers.find(name);
  return it == headers.end() ? std::string{} : it->second;
}

const std::string& Request::capture(const std::string& name) const {
  const auto it = captured.find(name);
  CHECK(it != captured.end(), "the route's pattern does not capture this name");
  return it->second;
}

std::string Request::via() const {
  const std::string agent = header("User-Agent");
  return agent.substr(0, agent.find(' '));
}

Result<std::string> Request::whole_body(std::size_t size_max) const {
  std::string all;
  std::array<char, 16384> piece;
  while (body) {
    auto count = body->read(piece.data(), piece.size());
    if (!count) return count.refusal();
    if (*count == 0) break;
    if (all.size() + *count > size_max) return Refusal{Errc::invalid, "request body too large"};
    all.append(piece.data(), *count);
  }
  return all;
}

Response plain_response(int status, std::string body, std::string content_type) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  response.content_type = std::move(content_type);
  return response;
}

Response error_response(int status, std::string_view text) {
  const nlohmann::json message{{"message", text}};
  return plain_response(status, message.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

Response error_response(const Refusal& refusal) { return error_response(http_status(refusal.code), refusal.text); }

}  // namespace skein
