#include "runtime/images/plain_stream.h"

#include <archive.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "events/base/check.h"
#include "runtime/images/archive_feed.h"
#include "runtime/images/files.h"

namespace skein::images {

struct PlainStream::Feed : ArchiveFeed {};

PlainStream::PlainStream(ByteSource compressed) : feed_{std::make_unique<Feed>()}, archive_{archive_read_new()} {
  feed_->source = std::move(compressed);
  CHECK(archive_);
  archive_read_support_filter_gzip(archive_);
  archive_read_support_filter_zstd(archive_);
  archive_read_support_format_raw(archive_);
  archive_read_support_format_empty(archive_);
}

PlainStream::~PlainStream() { archive_read_free(archive_); }

Result<bool> PlainStream::begin() {
  begun_ = true;
  ArchiveFeed* feed = feed_.get();
  if (archive_read_open(archive_, feed, nullptr, &ArchiveFeed::pull, nullptr) != ARCHIVE_OK) return feed->why(archive_);
  struct archive_entry* entry = nullptr;
  const int code = archive_read_next_header(archive_, &entry);
  if (code == ARCHIVE_EOF) return false;
  if (code != ARCHIVE_OK && code != ARCHIVE_WARN) return feed->why(archive_);
  return true;
}

Result<std::size_t> PlainStream::read(char* into, std::size_t size_max) {
  if (!begun_) {
    auto some = begin();
    if (!some) return some.refusal();
    ended_ = !*some;
  }
  if (ended_) return std::size_t{0};
  const la_ssize_t n = archive_read_data(archive_, into, size_max);
  if (n < 0) return feed_->why(archive_);
  ended_ = n == 0;
  hash_.update({into, static_cast<std::size_t>(n)});
  return static_cast<std::size_t>(n);
}

Result<std::string> PlainStream::finish() {
  std::array<char, std::size_t{64} << 10> rest{};
  for (;;) {
    auto n = read(rest.data(), rest.size());
    if (!n) return n.refusal();
    if (*n == 0) return hash_.digest();
  }
}

ByteSource PlainStream::source() {
  return [this](char* into, std::size_t size_max) { return read(into, size_max); };
}

Result<ByteSource> file_source(const std::string& path) {
  auto fd = open_file(path, O_RDONLY);
  if (!fd) return fd.refusal();
  auto shared = std::make_shared<Fd>(*std::move(fd));
  return ByteSource{[shared, path](char* into, std::size_t size_max) -> Result<std::size_t> {
    for (;;) {
      const ssize_t n = ::read(shared->get(), into, size_max);
      if (n >= 0) return static_cast<std::size_t>(n);
      if (errno != EINTR) return disk_fault("read " + path, errno);
    }
  }};
}

}  // namespace skein::images
