#include "runtime/http/fd_stream.h"

#include <poll.h>
#include <unistd.h>

#include <boost/asio/error.hpp>
#include <cerrno>

namespace skein {
namespace {

// The events that are there within `timeout_ms` (-1: no bound); 0 when it passed.
short wait_for(int fd, short events, int timeout_ms) {
  pollfd entry{fd, events, 0};
  int count = 0;
  do count = ::poll(&entry, 1, timeout_ms);
  while (count < 0 && errno == EINTR);
  return count > 0 ? entry.revents : short{0};
}

}  // namespace

FdStream::~FdStream() { ::close(fd_); }

std::size_t FdStream::read(void* into, std::size_t size_max, boost::system::error_code& error) {
  error = {};
  if (wait_for(fd_, POLLIN, static_cast<int>(read_timeout_.count())) == 0) {
    error = boost::asio::error::timed_out;
    return 0;
  }
  ssize_t count = 0;
  do count = ::recv(fd_, into, size_max, 0);
  while (count < 0 && errno == EINTR);
  if (count > 0) return static_cast<std::size_t>(count);
  error = count == 0 ? boost::system::error_code{boost::asio::error::eof}
                     : boost::system::error_code{errno, boost::system::system_category()};
  return 0;
}

bool FdStream::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      if ((wait_for(fd_, POLLOUT, -1) & (POLLERR | POLLHUP)) != 0) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

bool FdStream::peer_gone() const { return (wait_for(fd_, POLLRDHUP, 0) & (POLLRDHUP | POLLERR | POLLHUP)) != 0; }

bool FdStream::readable_now() const { return wait_for(fd_, POLLIN, 0) != 0; }

void FdStream::shutdown_write() { ::shutdown(fd_, SHUT_WR); }

}  // namespace skein
