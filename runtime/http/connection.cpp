#include "runtime/http/connection.h"

#include <spdlog/spdlog.h>

#include <array>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <limits>

#include "runtime/http/peer.h"

namespace skein {
namespace {

namespace http = boost::beast::http;
using Parser = http::request_parser<http::buffer_body>;
using Buffer = boost::beast::flat_buffer;
using boost::system::error_code;

constexpr std::uint32_t kHeaderBytesMax = 64 * 1024;
constexpr std::size_t kDrainBytesMax = 256 * 1024;

class ParsedBody final : public BodySource {
 public:
  ParsedBody(FdStream& stream, Buffer& buffer, Parser& parser)
      : stream_{stream}, buffer_{buffer}, parser_{parser}, expects_continue_{wants_continue(parser)} {}

  Result<std::size_t> read(char* into, std::size_t size_max) override {
    if (parser_.is_done()) return std::size_t{0};
    if (expects_continue_ && !stream_.write_all("HTTP/1.1 100 Continue\r\n\r\n"))
      return Refusal{Errc::invalid, "the client went away"};
    expects_continue_ = false;
    auto& body = parser_.get().body();
    body.data = into;
    body.size = size_max;
    error_code error;
    while (!error && body.size == size_max && !parser_.is_done()) http::read_some(stream_, buffer_, parser_, error);
    if (error && error != http::error::need_buffer) {
      broken_ = true;
      return Refusal{Errc::invalid, "request body: " + error.message()};
    }
    return size_max - body.size;
  }

  // Whether the next request can follow on this connection.
  bool drain() {
    if (parser_.is_done()) return true;
    if (broken_ || expects_continue_) return false;
    std::array<char, 16384> piece;
    for (std::size_t total = 0; total <= kDrainBytesMax;) {
      auto count = read(piece.data(), piece.size());
      if (!count || *count == 0) return static_cast<bool>(count);
      total += *count;
    }
    return false;
  }

 private:
  static bool wants_continue(const Parser& parser) {
    return boost::beast::iequals(parser.get()[http::field::expect], "100-continue");
  }
  FdStream& stream_;
  Buffer& buffer_;
  Parser& parser_;
  bool expects_continue_;
  bool broken_ = false;
};

Headers headers_of(const Parser& parser) {
  Headers headers;
  for (const auto& field : parser.get()) headers.emplace(field.name_string(), field.value());
  return headers;
}

std::string_view unread_of(const Buffer& buffer) {
  return {static_cast<const char*>(buffer.data().data()), buffer.data().size()};
}

}  // namespace

struct Connection::State {
  State(int fd, const ConnectionRules& its_rules, const std::atomic<bool>& is_stopping)
      : stream{fd}, rules{its_rules}, stopping{is_stopping}, peer{peer_of(fd)} {}
  bool refuse(int status, std::string_view text) {
    return ResponseWriter{stream, rules.headers, stopping, {.keep_alive = false}}.send(error_response(status, text),
                                                                                       {});
  }
  // Closing with unread input would reset the connection and could take the answer away from a client still sending.
  void linger() {
    stream.shutdown_write();
    stream.read_timeout(std::chrono::milliseconds{500});
    std::array<char, 16384> piece;
    error_code error;
    for (std::size_t total = 0; !stopping && !error && total < kDrainBytesMax;)
      total += stream.read(piece.data(), piece.size(), error);
  }
  bool read_head(Parser& parser);   // false: there is no request; what is to be said to that has been said
  bool answer_one(Parser& parser);  // false: the connection ends
  Response answer(Request& request) {
    auto target = parse_target(raw_target);
    if (!target) return error_response(target.refusal());
    request.target = std::move(*target);
    return rules.answer(request);
  }

  FdStream stream;
  const ConnectionRules& rules;
  const std::atomic<bool>& stopping;
  const Peer peer;
  Buffer buffer{kHeaderBytesMax * 4};
  std::string raw_target;
};

bool Connection::State::read_head(Parser& parser) {
  parser.header_limit(kHeaderBytesMax);
  parser.body_limit(std::numeric_limits<std::uint64_t>::max());  // actions bound what they hold
  stream.read_timeout(rules.idle_timeout);
  error_code error;
  http::read_header(stream, buffer, parser, error);
  stream.read_timeout(rules.read_timeout);
  if (!error) return true;
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return refuse(431, "request header too large") && false;
  const bool malformed = error.category() == http::make_error_code(http::error::bad_method).category() &&
                         error != http::error::end_of_stream && error != http::error::partial_message;
  return malformed && refuse(400, "malformed HTTP request: " + error.message()) && false;
}

bool Connection::State::answer_one(Parser& parser) {
  ParsedBody body{stream, buffer, parser};
  const auto& head = parser.get();
  raw_target = std::string{head.target()};
  Request request{.method = std::string{head.method_string()},
                  .target = {},
                  .headers = headers_of(parser),
                  .peer = peer,
                  .body = &body,
                  .version = {},
                  .captured = {}};
  const bool http10 = head.version() < 11;
  const bool keep = head.keep_alive() && !http10;
  const Response response = answer(request);
  const bool drained = response.stream || body.drain();  // a stream may still read it
  ResponseWriter writer{stream,
                        rules.headers,
                        stopping,
                        {.head = request.method == "HEAD", .http10 = http10, .keep_alive = keep && drained}};
  return writer.send(response, unread_of(buffer)) && body.drain();
}

Connection::Connection(int fd, const ConnectionRules& rules, const std::atomic<bool>& stopping)
    : state_{std::make_unique<State>(fd, rules, stopping)} {}
Connection::~Connection() = default;

void Connection::run() {
  try {
    while (!state_->stopping && serve_one()) {
    }
    state_->linger();
  } catch (const std::exception& error) {  // of Beast or of a library an action called
    spdlog::error("http: connection ended by {}", error.what());
  }
}

bool Connection::serve_one() {
  Parser parser;
  return state_->read_head(parser) && state_->answer_one(parser);
}

}  // namespace skein
