// ResponseWriter: puts one Response on the wire: head, body or chunks, or the 101 of an upgrade (RFC 9112).
//
// Every head carries the server's own headers, Date and a Content-Type exactly as given. HTTP/1.0 clients get streams
// unframed, ended by closing. Threads: the connection's own; `stopping` is read from others' stores.
#pragma once
#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "runtime/http/fd_stream.h"
#include "runtime/http/message.h"

namespace skein {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

class ResponseWriter {
 public:
  struct Mode {
    bool head = false;  // HEAD: no body
    bool http10 = false;
    bool keep_alive = true;
  };
  ResponseWriter(FdStream& stream, const HeaderList& headers, const std::atomic<bool>& stopping, Mode mode)
      : stream_{stream}, headers_{headers}, stopping_{stopping}, mode_{mode} {}

  // Sends it all. False: the connection cannot be used again. `unread`: bytes that came behind the request.
  bool send(const Response& response, std::string_view unread);

 private:
  class Chunks;
  class Raw;
  std::string head_of(const Response& response, std::string_view framing, bool keep) const;
  bool send_whole(const Response& response);
  bool send_stream(const Response& response);
  bool send_upgrade(const Response& response, std::string_view unread);

  FdStream& stream_;
  const HeaderList& headers_;
  const std::atomic<bool>& stopping_;
  const Mode mode_;
};

}  // namespace skein
