// Feed: gives a ByteSource to libarchive and keeps the refusal of the source, which libarchive could not carry.
#pragma once
#include <archive.h>

#include <optional>
#include <string>
#include <vector>

#include "runtime/images/image_store.h"

namespace skein::images {

struct ArchiveFeed {
  ByteSource source;
  std::vector<char> buffer = std::vector<char>(std::size_t{128} << 10);
  std::optional<Refusal> refusal;

  static la_ssize_t pull(struct archive* archive, void* self, const void** bytes);
  // The source's refusal if it had one, else libarchive's own words.
  Refusal why(struct archive* archive) const;
};

}  // namespace skein::images
