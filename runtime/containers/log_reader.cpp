#include "runtime/containers/log_reader.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "runtime/containers/log_format.h"
#include "runtime/containers/unique_fd.h"

namespace skein {
namespace {

constexpr std::size_t kBlockBytes = 64 * 1024;
constexpr int kLookMs = 250;
constexpr int kFilesMax = 1000;

std::string rotated(const std::string& path, int age) { return age == 0 ? path : path + "." + std::to_string(age); }

UniqueFd open_log(const std::string& path) { return UniqueFd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)}; }

struct Inode {
  dev_t device = 0;
  ino_t number = 0;
  bool operator==(const Inode&) const = default;
};

Inode inode_of(int fd) {
  struct stat info = {};
  return ::fstat(fd, &info) == 0 ? Inode{info.st_dev, info.st_ino} : Inode{};
}

Inode inode_at(const std::string& path) {
  struct stat info = {};
  return ::stat(path.c_str(), &info) == 0 ? Inode{info.st_dev, info.st_ino} : Inode{};
}

int oldest_age(const std::string& path) {
  int age = 0;
  while (age < kFilesMax && ::access(rotated(path, age + 1).c_str(), F_OK) == 0) ++age;
  return age;
}

// Counts messages from a file's end towards its beginning, until `wanted` are found.
class TailFinder {
 public:
  explicit TailFinder(std::uint64_t wanted) : wanted_{wanted} {}

  // Where reading this file has to begin; nothing if the messages wanted reach back into an older file.
  std::optional<off_t> scan(int fd) {
    struct stat info = {};
    if (::fstat(fd, &info) != 0) return std::nullopt;
    off_t at = info.st_size;
    if (wanted_ == 0) return at;
    std::string block;  // the file from `at` on, up to the end of the line that was looked at last
    while (at > 0) {
      const auto size = static_cast<std::size_t>(std::min<off_t>(at, kBlockBytes));
      std::string before(size, '\0');
      at -= static_cast<off_t>(size);
      if (::pread(fd, before.data(), size, at) != static_cast<ssize_t>(size)) return std::nullopt;
      block.insert(0, before);
      if (const auto found = look(block)) return at + static_cast<off_t>(*found);
    }
    if (!block.empty() && end_of_message(block)) return static_cast<off_t>(block.size() + 1);
    return std::nullopt;
  }

 private:
  // Takes whole lines off the block's end; the offset behind the line that ends one message too many.
  std::optional<std::size_t> look(std::string& block) {
    while (true) {
      if (!block.empty() && block.back() == '\n') block.pop_back();
      const auto newline = block.rfind('\n');
      if (newline == std::string::npos) return std::nullopt;
      const auto line_end = block.size() + 1;
      if (end_of_message(std::string_view{block}.substr(newline + 1))) return line_end;
      block.resize(newline + 1);
    }
  }

  // True when this line ends the message before the first one wanted.
  bool end_of_message(std::string_view line) {
    const auto piece = parse_log_line(line);
    if (!piece) return false;
    auto& closed = closed_[piece->error_stream ? 1 : 0];
    if (!piece->full && closed) return false;  // the beginning of a message that has been counted
    closed = true;
    return ++found_ > wanted_;
  }

  const std::uint64_t wanted_;
  std::uint64_t found_ = 0;
  std::array<bool, 2> closed_{};
};

class LogReading {
 public:
  LogReading(const LogSource& source, const LogQuery& query, const LogSink& sink,
             const std::function<bool()>& cancelled)
      : source_{source}, query_{query}, sink_{sink}, cancelled_{cancelled} {}

  void run() {
    if (query_.follow) watch_directory();
    go_to_start();
    while (!done_ && !cancelled_()) {
      const bool ended = !source_.running();  // asked before reading: what came until then is in the file
      read_to_end();
      if (done_ || next_file()) continue;
      if (!query_.follow || ended) break;
      wait();
    }
    while (!done_) {
      const auto line = joiner_.rest();
      if (!line) break;
      give(*line);
    }
  }

 private:
  void go_to_start() {
    const int oldest = oldest_age(source_.path);
    if (!query_.tail) {
      fd_ = open_log(rotated(source_.path, oldest));
      return;
    }
    TailFinder finder{*query_.tail};
    for (int age = 0; age <= oldest; ++age) {
      fd_ = open_log(rotated(source_.path, age));
      if (!fd_) continue;
      const auto start = finder.scan(fd_.get());
      ::lseek(fd_.get(), start.value_or(0), SEEK_SET);
      if (start) return;
    }
  }

  void read_to_end() {
    std::array<char, kBlockBytes> block;
    while (fd_ && !done_) {
      const auto n = ::read(fd_.get(), block.data(), block.size());
      if (n <= 0 || cancelled_()) return;
      buffer_.append(block.data(), static_cast<std::size_t>(n));
      take_lines();
    }
  }

  void take_lines() {
    std::size_t begin = 0;
    for (std::size_t end = 0; !done_ && (end = buffer_.find('\n', begin)) != std::string::npos; begin = end + 1) {
      const auto piece = parse_log_line(std::string_view{buffer_}.substr(begin, end - begin));
      if (!piece) continue;
      if (const auto line = joiner_.add(*piece)) give(*line);
    }
    buffer_.erase(0, begin);
  }

  void give(const LogLine& line) {
    if (query_.until.ns != 0 && line.at > query_.until) {
      done_ = true;
      return;
    }
    if (query_.since.ns != 0 && line.at < query_.since) return;
    if (line.error_stream ? !query_.err : !query_.out) return;
    done_ = !sink_(line);
  }

  // Opens the file that follows the one just read, if the log has been rotated since.
  bool next_file() {
    if (fd_ && inode_at(source_.path) == inode_of(fd_.get())) return false;
    int age = 0;
    if (fd_) {
      const auto mine = inode_of(fd_.get());
      const int oldest = oldest_age(source_.path);
      while (age <= oldest && inode_at(rotated(source_.path, age)) != mine) ++age;
      age = age > oldest ? 0 : age - 1;  // not found: ours was dropped by a rotation
    }
    auto next = open_log(rotated(source_.path, std::max(age, 0)));
    if (!next) return false;
    if (fd_ && read_more()) return true;  // written between our last read and the rotation
    fd_ = std::move(next);
    buffer_.clear();
    return true;
  }

  bool read_more() {
    struct stat info = {};
    return ::fstat(fd_.get(), &info) == 0 && info.st_size > ::lseek(fd_.get(), 0, SEEK_CUR);
  }

  void watch_directory() {
    inotify_.reset(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    const auto dir = source_.path.substr(0, source_.path.rfind('/'));
    ::inotify_add_watch(inotify_.get(), dir.c_str(), IN_MODIFY | IN_CREATE | IN_MOVED_TO);
  }

  void wait() {
    struct pollfd waiting = {inotify_.get(), POLLIN, 0};
    ::poll(&waiting, 1, kLookMs);
    alignas(struct inotify_event) std::array<char, 4096> events;
    while (::read(inotify_.get(), events.data(), events.size()) > 0) continue;
  }

  const LogSource& source_;
  const LogQuery& query_;
  const LogSink& sink_;
  const std::function<bool()>& cancelled_;
  UniqueFd fd_, inotify_;
  std::string buffer_;
  LineJoiner joiner_;
  bool done_ = false;
};

}  // namespace

Result<void> read_log(const LogSource& source, const LogQuery& query, const LogSink& sink,
                      const std::function<bool()>& cancelled) {
  LogReading{source, query, sink, cancelled}.run();
  return {};
}

}  // namespace skein
