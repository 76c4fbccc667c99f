// BlobStore: whole files named by their SHA-256, under blobs/sha256/<hex>.
//
// Is: manifests, configurations, and layer archives between download and unpacking. Is not: unpacked layers.
// Invariants: a blob's name is the digest of its bytes, checked when it is written and when it is read whole.
// Threads: any. Errors: not_found "blob <digest> is not here", fault for a damaged blob or the disk.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/result.h"
#include "runtime/images/files.h"
#include "runtime/images/scratch.h"

namespace skein::images {

class BlobStore {
 public:
  BlobStore(const std::string& root, Scratch& scratch);
  Result<void> open();  // makes the folder

  bool has(const std::string& digest) const;
  std::string path(const std::string& digest) const;
  Result<std::string> put(std::string_view bytes);  // its digest
  // Takes over a flushed file whose digest the caller has computed and checked.
  Result<void> adopt(const std::string& file, const std::string& digest);
  Result<std::string> read(const std::string& digest) const;  // whole, verified; at most 16 MiB
  Result<void> drop(const std::string& digest);               // not there: fine
  std::vector<std::string> all() const;                       // sorted

 private:
  std::string directory_;
  Scratch& scratch_;
};

}  // namespace skein::images
