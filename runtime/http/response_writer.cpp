#include "runtime/http/response_writer.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cstring>
#include <ctime>

#include "runtime/http/status.h"

namespace skein {
namespace {

std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

// A body of unknown length: chunks, or unframed for HTTP/1.0.
class ResponseWriter::Chunks final : public OutStream {
 public:
  Chunks(ResponseWriter& writer, const Response& response) : writer_{writer}, response_{response} {}

  bool open() override {
    if (opened_) return alive_;
    opened_ = true;
    const bool framed = !writer_.mode_.http10;
    return alive_ = writer_.stream_.write_all(
               writer_.head_of(response_, framed ? "Transfer-Encoding: chunked\r\n" : "", framed && keeps()));
  }
  bool write(std::string_view bytes) override {
    if (!open() || bytes.empty() || writer_.mode_.head) return alive_;
    if (writer_.mode_.http10) return alive_ = writer_.stream_.write_all(bytes);
    return alive_ = writer_.stream_.write_all(fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes));
  }
  bool gone() override { return !alive_ || writer_.stopping_ || writer_.stream_.peer_gone(); }

  bool opened() const { return opened_; }
  bool keeps() const { return writer_.mode_.keep_alive; }
  bool finish() {
    if (!open() || writer_.mode_.http10) return false;
    return (writer_.mode_.head || writer_.stream_.write_all("0\r\n\r\n")) && keeps();
  }

 private:
  ResponseWriter& writer_;
  const Response& response_;
  bool opened_ = false;
  bool alive_ = true;
};

class ResponseWriter::Raw final : public Duplex {
 public:
  Raw(ResponseWriter& writer, std::string_view unread) : writer_{writer}, unread_{unread} {}

  Result<std::size_t> read(char* into, std::size_t size_max) override {
    if (!unread_.empty()) return take_unread(into, size_max);
    boost::system::error_code error;
    const std::size_t count = writer_.stream_.read(into, size_max, error);
    if (error == boost::asio::error::eof) return std::size_t{0};
    if (error) return Refusal{Errc::fault, error.message()};
    return count;
  }
  bool write(std::string_view bytes) override { return writer_.stream_.write_all(bytes); }
  // Half-closing is how this client says that its input ends, so only a broken connection counts here.
  bool gone() override { return writer_.stopping_; }

 private:
  std::size_t take_unread(char* into, std::size_t size_max) {
    const std::size_t count = std::min(size_max, unread_.size());
    std::memcpy(into, unread_.data(), count);
    unread_.remove_prefix(count);
    return count;
  }
  ResponseWriter& writer_;
  std::string_view unread_;
};

std::string ResponseWriter::head_of(const Response& response, std::string_view framing, bool keep) const {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  for (const auto& [name, value] : headers_) head += fmt::format("{}: {}\r\n", name, value);
  for (const auto& [name, value] : response.headers) head += fmt::format("{}: {}\r\n", name, value);
  if (has_body(response.status) && !response.content_type.empty())
    head += fmt::format("Content-Type: {}\r\n", response.content_type);
  head += fmt::format("Date: {}\r\n{}", http_date(), framing);
  if (!keep) head += "Connection: close\r\n";
  return head + "\r\n";
}

bool ResponseWriter::send(const Response& response, std::string_view unread) {
  if (response.upgrade) return send_upgrade(response, unread);
  return response.stream ? send_stream(response) : send_whole(response);
}

bool ResponseWriter::send_whole(const Response& response) {
  const bool keep = mode_.keep_alive && !stopping_;
  const std::string framing =
      has_body(response.status) ? fmt::format("Content-Length: {}\r\n", response.body.size()) : std::string{};
  std::string bytes = head_of(response, framing, keep);
  if (has_body(response.status) && !mode_.head) bytes += response.body;
  return stream_.write_all(bytes) && keep;
}

bool ResponseWriter::send_stream(const Response& response) {
  Chunks chunks{*this, response};
  if (mode_.head) return chunks.finish();  // a stream may have no end; its head says all that was asked
  const auto done = response.stream(chunks);
  if (!done && !chunks.opened()) return send_whole(error_response(done.refusal()));
  if (!done) spdlog::warn("http: a stream ended early: {}", done.refusal().text);
  return chunks.finish() && static_cast<bool>(done);
}

bool ResponseWriter::send_upgrade(const Response& response, std::string_view unread) {
  const std::string head =
      fmt::format("HTTP/1.1 101 {}\r\nContent-Type: {}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n",
                  reason_phrase(101), response.content_type);
  if (!stream_.write_all(head)) return false;
  stream_.read_timeout(std::chrono::milliseconds{-1});  // whoever sits at a terminal may think as long as they like
  Raw raw{*this, unread};
  response.upgrade(raw);
  return false;
}

}  // namespace skein
