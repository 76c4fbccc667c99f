#include "runtime/images/tar_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include "events/base/check.h"
#include "runtime/images/archive_feed.h"

namespace skein::images {
namespace {

// In a UTF-8 locale libarchive composes names (NFC), which makes two files one; in the C locale it cannot convert pax
// names that are not ASCII and then gives their bytes as they are. For this thread, for this scope.
class BytesLocale {
 public:
  BytesLocale() : before_{::uselocale(plain())} {}
  ~BytesLocale() { ::uselocale(before_); }
  BytesLocale(const BytesLocale&) = delete;
  BytesLocale& operator=(const BytesLocale&) = delete;

 private:
  static locale_t plain() {
    static const locale_t kLocale = ::newlocale(LC_CTYPE_MASK, "C", nullptr);
    CHECK(kLocale);
    return kLocale;
  }
  locale_t before_;
};

std::string text_or_empty(const char* text) { return text ? text : ""; }

}  // namespace

struct TarReader::Feed : ArchiveFeed {};

TarReader::TarReader(ByteSource plain) : feed_{std::make_unique<Feed>()}, archive_{archive_read_new()} {
  feed_->source = std::move(plain);
  CHECK(archive_);
  archive_read_support_format_tar(archive_);
  archive_read_support_format_empty(archive_);
}

TarReader::~TarReader() { archive_read_free(archive_); }

Result<struct archive_entry*> TarReader::next() {
  const BytesLocale names;
  ArchiveFeed* feed = feed_.get();
  if (!opened_ && archive_read_open(archive_, feed, nullptr, &ArchiveFeed::pull, nullptr) != ARCHIVE_OK) {
    return feed->why(archive_);
  }
  opened_ = true;
  struct archive_entry* entry = nullptr;
  const int code = archive_read_next_header(archive_, &entry);
  if (code == ARCHIVE_EOF) return static_cast<struct archive_entry*>(nullptr);
  if (code != ARCHIVE_OK && code != ARCHIVE_WARN) return feed->why(archive_);
  return entry;
}

Result<void> TarReader::data(const Block& block) {
  for (;;) {
    const void* bytes = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int code = archive_read_data_block(archive_, &bytes, &size, &offset);
    if (code == ARCHIVE_EOF) return {};
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN) return feed_->why(archive_);
    if (auto r = block(static_cast<const char*>(bytes), size, offset); !r) return r;
  }
}

std::string entry_path(struct archive_entry* entry) {
  const BytesLocale names;
  return text_or_empty(archive_entry_pathname(entry));
}

std::string entry_link_target(struct archive_entry* entry) {
  const BytesLocale names;
  const char* hard = archive_entry_hardlink(entry);
  return text_or_empty(hard ? hard : archive_entry_symlink(entry));
}

bool entry_is_hard_link(struct archive_entry* entry) {
  const BytesLocale names;
  return archive_entry_hardlink(entry) != nullptr;
}

}  // namespace skein::images
