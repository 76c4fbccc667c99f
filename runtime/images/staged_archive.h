// StagedArchive: an uploaded tar laid down in scratch space, so that its parts can be read in any order.
//
// Is: names inside the archive mapped to numbered files; names never become paths on disk. Is not: an unpacked layer.
// Bounds: 100,000 entries. Threads: one owner. Errors: Errc::invalid for a bad archive, fault for the disk.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "events/base/result.h"
#include "runtime/images/image_store.h"
#include "runtime/images/scratch.h"

struct archive_entry;

namespace skein::images {

class TarReader;

class StagedArchive {
 public:
  static Result<StagedArchive> stage(const ByteSource& upload, Scratch& scratch);
  bool has(const std::string& name) const;
  Result<std::string> path(const std::string& name) const;  // of the file on disk
  Result<std::string> text(const std::string& name) const;  // at most 16 MiB
  std::uint64_t size_bytes(const std::string& name) const;

 private:
  explicit StagedArchive(ScratchPath directory) : directory_{std::move(directory)} {}
  Result<void> keep(struct archive_entry* entry, TarReader& content);
  Result<void> keep_file(const std::string& name, TarReader& content);
  std::string resolved(const std::string& name) const;  // through links

  ScratchPath directory_;
  std::map<std::string, std::string> files_;  // name -> path on disk
  std::map<std::string, std::string> links_;  // name -> name
};

}  // namespace skein::images
