// TarReader: the entries of an uncompressed tar stream (v7, ustar, pax, GNU), in order.
//
// Is: libarchive with refusals instead of codes, and with names as the bytes they are. Is not: an extractor.
// Threads: one owner, one thread. Errors: Errc::invalid "invalid archive: ...", or the source's refusal.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "events/base/result.h"
#include "runtime/images/image_store.h"

struct archive;
struct archive_entry;

namespace skein::images {

class TarReader {
 public:
  explicit TarReader(ByteSource plain);
  ~TarReader();
  TarReader(const TarReader&) = delete;
  TarReader& operator=(const TarReader&) = delete;

  // The next entry, valid until the next call; nullptr at the end.
  Result<struct archive_entry*> next();
  // The content of the entry, in blocks that may leave holes.
  using Block = std::function<Result<void>(const char* bytes, std::size_t size, std::int64_t offset)>;
  Result<void> data(const Block& block);

 private:
  struct Feed;
  std::unique_ptr<Feed> feed_;
  struct archive* archive_;
  bool opened_ = false;
};

std::string entry_path(struct archive_entry* entry);         // empty: none
std::string entry_link_target(struct archive_entry* entry);  // of a hard link or a symbolic link; empty: neither
bool entry_is_hard_link(struct archive_entry* entry);

}  // namespace skein::images
