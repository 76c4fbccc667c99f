#include "runtime/images/archive_feed.h"

#include <cerrno>

namespace skein::images {

la_ssize_t ArchiveFeed::pull(struct archive* archive, void* self, const void** bytes) {
  auto& feed = *static_cast<ArchiveFeed*>(self);
  auto size = feed.source(feed.buffer.data(), feed.buffer.size());
  if (!size) {
    feed.refusal = size.refusal();
    archive_set_error(archive, EIO, "the source failed");
    return -1;
  }
  *bytes = feed.buffer.data();
  return static_cast<la_ssize_t>(*size);
}

Refusal ArchiveFeed::why(struct archive* archive) const {
  if (refusal) return *refusal;
  const char* words = archive_error_string(archive);
  return {Errc::invalid, std::string{"invalid archive: "} + (words ? words : "unknown format")};
}

}  // namespace skein::images
