// Request and Response: what a route's action gets and gives. Plain values plus the ends of two streams; no sockets,
// no Beast, so that actions can be tested without a server.
//
// A Response is one of: whole (status, body), a stream (`stream` writes chunks until it is done or the client has gone)
// or an upgraded connection (`upgrade` owns both directions; engine-api.md 4.2). Threads: the connection's own.
#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/base/result.h"
#include "runtime/http/target.h"

namespace skein {

// A request body as it arrives. Nothing is read, and no "100 Continue" sent, before the first call.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // The next bytes; 0 at the end. invalid: the framing is broken or the client went away in the middle.
  virtual Result<std::size_t> read(char* into, std::size_t size_max) = 0;
};

// Who is at the other end.
struct Peer {
  std::string principal;  // "root (uid 0)"; "tcp client" where the transport does not say
  bool local = false;     // over a unix socket
};

struct LessNoCase {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const;
};
using Headers = std::map<std::string, std::string, LessNoCase>;  // the first of each name

struct Request {
  std::string method;
  Target target;
  Headers headers;
  Peer peer;
  BodySource* body = nullptr;                   // never nullptr when a server calls
  std::string version;                          // "1.41" from a /v1.41 prefix; empty without one. Set by the router
  std::map<std::string, std::string> captured;  // by the route's pattern. Set by the router

  std::string header(std::string_view name) const;
  const std::string& capture(const std::string& name) const;  // CHECKs that the pattern has it
  std::string via() const;                                    // User-Agent's first word: "Docker-Client/28.2.2"
  // The whole body, refused (invalid) beyond `size_max`.
  Result<std::string> whole_body(std::size_t size_max = kBodyBytesMax) const;

  static constexpr std::size_t kBodyBytesMax = 16 * 1024 * 1024;
};

// Where a streaming response goes. The head is sent with the first write, or by open().
class OutStream {
 public:
  virtual ~OutStream() = default;
  virtual bool open() = 0;                         // sends the head now
  virtual bool write(std::string_view bytes) = 0;  // sent when it returns; false once the client has gone
  virtual bool gone() = 0;                         // the client has gone, or the server is stopping
};

// Both directions of an upgraded connection.
class Duplex {
 public:
  virtual ~Duplex() = default;
  virtual Result<std::size_t> read(char* into, std::size_t size_max) = 0;  // 0: the client has half-closed
  virtual bool write(std::string_view bytes) = 0;
  virtual bool gone() = 0;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  // A refusal before the first write becomes an ordinary error response; after it the stream just ends.
  std::function<Result<void>(OutStream&)> stream;
  std::function<void(Duplex&)> upgrade;
};

Response plain_response(int status, std::string body = {}, std::string content_type = "application/json");
Response error_response(int status, std::string_view text);  // {"message":"text"}
Response error_response(const Refusal& refusal);

}  // namespace skein
