// FdStream: a connected stream socket with deadlines, in the shape Beast's blocking algorithms want.
//
// Owns the descriptor. Blocking: reads wait for at most the read timeout, writes until the peer takes the bytes or has
// gone; shutdown() from another thread wakes both. No SIGPIPE. Errors are error codes; nothing throws.
#pragma once
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <cstddef>
#include <string_view>

namespace skein {

class FdStream {
 public:
  explicit FdStream(int fd) : fd_{fd} {}
  ~FdStream();
  FdStream(const FdStream&) = delete;
  FdStream& operator=(const FdStream&) = delete;

  int fd() const { return fd_; }
  // Negative: none.
  void read_timeout(std::chrono::milliseconds timeout) { read_timeout_ = timeout; }

  std::size_t read(void* into, std::size_t size_max, boost::system::error_code& error);  // 0 and eof at the end
  bool write_all(std::string_view bytes);
  bool peer_gone() const;  // closed or half-closed by the peer, or broken
  bool readable_now() const;
  void shutdown_write();

  // Beast's SyncReadStream.
  template <class MutableBufferSequence>
  std::size_t read_some(const MutableBufferSequence& buffers, boost::system::error_code& error) {
    for (auto it = boost::asio::buffer_sequence_begin(buffers); it != boost::asio::buffer_sequence_end(buffers); ++it) {
      const boost::asio::mutable_buffer buffer{*it};
      if (buffer.size() > 0) return read(buffer.data(), buffer.size(), error);
    }
    error = {};
    return 0;
  }
  template <class MutableBufferSequence>
  std::size_t read_some(const MutableBufferSequence& buffers) {
    boost::system::error_code error;
    const std::size_t count = read_some(buffers, error);
    if (error) throw boost::system::system_error{error};
    return count;
  }

 private:
  const int fd_;
  std::chrono::milliseconds read_timeout_{60000};
};

}  // namespace skein
