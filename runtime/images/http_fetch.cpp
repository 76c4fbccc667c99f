#include "runtime/images/http_fetch.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "events/base/check.h"

namespace skein::images {
namespace {

constexpr std::size_t kBodyMax = std::size_t{8} << 20;
constexpr std::size_t kHeadersMax = 1000;
constexpr int kRedirectsMax = 10;
constexpr long kConnectSeconds = 15;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

void append(HeaderList& list, const std::string& line) { list.reset(curl_slist_append(list.release(), line.c_str())); }

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

// One part of a URL; empty: none, or the URL is malformed.
std::string url_part(const std::string& url, CURLUPart part, unsigned flags = 0) {
  const std::unique_ptr<CURLU, FreeUrl> parsed{curl_url()};
  char* text = nullptr;
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return {};
  if (curl_url_get(parsed.get(), part, &text, flags) != CURLUE_OK) return {};
  std::string out{text};
  curl_free(text);
  return out;
}

std::string host_of(const std::string& url) { return url_part(url, CURLUPART_HOST); }

bool is_loopback_host(const std::string& host) {
  return host == "localhost" || host.starts_with("127.") || host == "[::1]";
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  return std::string{text};
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool is_redirect(long status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

void start_curl_once() {
  static std::once_flag once;
  std::call_once(once, [] { CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); });
}

}  // namespace

struct HttpFetch::Exchange {
  const HttpRequest& request;
  CURL* curl;
  HttpReply reply;
  std::optional<Refusal> refusal;

  static std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto& reply = static_cast<Exchange*>(self)->reply;
    const std::string_view line{bytes, size * count};
    const std::size_t colon = line.find(':');
    if (line.starts_with("HTTP/")) reply.headers.clear();  // an interim answer's headers do not count
    if (colon == std::string_view::npos) return line.size();
    if (reply.headers.size() >= kHeadersMax) return 0;
    reply.headers.emplace(lower(trimmed(line.substr(0, colon))), trimmed(line.substr(colon + 1)));
    return line.size();
  }

  static std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* self) {
    return static_cast<Exchange*>(self)->take({bytes, size * count}) ? size * count : 0;
  }

  bool take(std::string_view bytes) {
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
    if (request.sink && (reply.status == 200 || reply.status == 206)) {
      if (auto r = request.sink(reply, bytes); !r) refusal = r.refusal();
    } else if (reply.body.size() + bytes.size() > kBodyMax) {
      refusal = Refusal{Errc::invalid, "Get \"" + shown_url(request.url) + "\": the answer is too large"};
    } else {
      reply.body += bytes;
    }
    return !refusal;
  }
};

std::string HttpReply::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string{} : found->second;
}

std::string shown_url(const std::string& url) {
  const std::string scheme = url_part(url, CURLUPART_SCHEME);
  if (scheme.empty()) return "(malformed URL)";
  const std::string port = url_part(url, CURLUPART_PORT);
  return scheme + "://" + host_of(url) + (port.empty() ? "" : ":" + port) + url_part(url, CURLUPART_PATH);
}

std::string origin_of(const std::string& url) {
  const std::string scheme = lower(url_part(url, CURLUPART_SCHEME));
  if (scheme != "http" && scheme != "https") return {};
  return scheme + "://" + lower(host_of(url)) + ":" + url_part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
}

HttpFetch::HttpFetch(std::uint32_t silence_s) : silence_s_{silence_s} {
  start_curl_once();
  curl_ = curl_easy_init();
  CHECK(curl_ != nullptr);
}

HttpFetch::~HttpFetch() { curl_easy_cleanup(curl_); }

void HttpFetch::prepare(Exchange& exchange, const std::string& url) {
  const HttpRequest& request = exchange.request;
  curl_easy_reset(curl_);
  curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl_, CURLOPT_PROTOCOLS_STR, request.allow_http ? "http,https" : "https");
  curl_easy_setopt(curl_, CURLOPT_CONNECTTIMEOUT, std::min<long>(kConnectSeconds, silence_s_));
  curl_easy_setopt(curl_, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl_, CURLOPT_LOW_SPEED_TIME, static_cast<long>(silence_s_));
  curl_easy_setopt(curl_, CURLOPT_USERAGENT, "skein/" SKEIN_VERSION);
  curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, &Exchange::take_header);
  curl_easy_setopt(curl_, CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, &Exchange::take_body);
  curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &exchange);
  if (is_loopback_host(host_of(url))) curl_easy_setopt(curl_, CURLOPT_PROXY, "");
  if (request.allow_http) {
    curl_easy_setopt(curl_, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl_, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (request.from > 0) curl_easy_setopt(curl_, CURLOPT_RANGE, (std::to_string(request.from) + "-").c_str());
  if (!request.form.empty()) {
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.form.size()));
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, request.form.c_str());
  }
}

Result<HttpReply> HttpFetch::once(const HttpRequest& request, const std::string& url, bool with_authorization) {
  Exchange exchange{request, curl_, {}, {}};
  prepare(exchange, url);
  HeaderList headers;
  for (const auto& line : request.headers) append(headers, line);
  if (with_authorization) append(headers, "Authorization: " + request.authorization);
  curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers.get());
  const CURLcode code = curl_easy_perform(curl_);
  curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, nullptr);
  if (exchange.refusal) return *exchange.refusal;
  const std::string verb = request.form.empty() ? "Get" : "Post";
  if (code != CURLE_OK) {
    return Refusal{Errc::unavailable, verb + " \"" + shown_url(url) + "\": " + curl_easy_strerror(code)};
  }
  curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &exchange.reply.status);
  return std::move(exchange.reply);
}

Result<HttpReply> HttpFetch::run(const HttpRequest& request) {
  const std::string home = origin_of(request.url);
  std::string url = request.url;
  for (int redirects = 0; redirects <= kRedirectsMax; ++redirects) {
    const bool with_authorization = !request.authorization.empty() && origin_of(url) == home;
    auto reply = once(request, url, with_authorization);
    if (!reply || !is_redirect(reply->status)) return reply;
    char* next = nullptr;
    curl_easy_getinfo(curl_, CURLINFO_REDIRECT_URL, &next);
    const Refusal refused{Errc::invalid, "Get \"" + shown_url(request.url) + "\": bad redirect"};
    // A form carries a refresh token: it goes nowhere but where it was addressed.
    if (!next || !request.form.empty()) return refused;
    const std::string target = next;
    const bool leaves_tls = origin_of(url).starts_with("https:") && !origin_of(target).starts_with("https:");
    if (origin_of(target).empty() || (leaves_tls && !request.allow_http)) return refused;
    url = target;
  }
  return Refusal{Errc::invalid, "Get \"" + shown_url(request.url) + "\": stopped after 10 redirects"};
}

}  // namespace skein::images
