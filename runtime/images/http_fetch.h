// HttpFetch: one HTTP exchange at a time over a kept connection, redirects followed by hand.
//
// Is: libcurl with bounds: connect time, silence, body size, number of redirects. Is not: retries or authorization
// (registry_client.h). Invariants: the Authorization header goes only to the host, port and scheme it was given for
// (redirects elsewhere drop it); https never redirects to http unless `allow_http`; error texts show URLs without user,
// password and query. Threads: one owner, one thread.
// Errors: Errc::unavailable for the network (worth a retry), Errc::invalid for an answer out of bounds, or the sink's.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/result.h"

namespace skein::images {

struct HttpReply {
  long status = 0;
  std::multimap<std::string, std::string> headers;    // names in lower case
  std::string body;                                   // what the sink did not take
  std::string header(const std::string& name) const;  // the first; empty: none
};

struct HttpRequest {
  std::string url;
  std::vector<std::string> headers;  // whole lines, without Authorization
  std::string authorization;         // header value; empty: none
  std::string form;                  // not empty: POST of a form
  std::uint64_t from = 0;            // Range: bytes=<from>-
  bool allow_http = false;           // registry is insecure: plain http and unverified certificates are fine
  // Takes the body of a 200 or 206; without it the body is collected.
  std::function<Result<void>(const HttpReply& head, std::string_view bytes)> sink;
};

class HttpFetch {
 public:
  explicit HttpFetch(std::uint32_t silence_s);
  ~HttpFetch();
  HttpFetch(const HttpFetch&) = delete;
  HttpFetch& operator=(const HttpFetch&) = delete;
  Result<HttpReply> run(const HttpRequest& request);

 private:
  struct Exchange;
  Result<HttpReply> once(const HttpRequest& request, const std::string& url, bool with_authorization);
  void prepare(Exchange& exchange, const std::string& url);
  void* curl_;
  std::uint32_t silence_s_;
};

std::string shown_url(const std::string& url);  // without user, password, query, fragment
// "https://host:443": what decides whether credentials may go along; empty for what is no http(s) URL.
std::string origin_of(const std::string& url);

}  // namespace skein::images
