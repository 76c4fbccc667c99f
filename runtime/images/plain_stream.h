// PlainStream: the uncompressed bytes of a gzip, zstd or plain stream, hashed on the way.
//
// Is: the step between an upload or a blob and a tar reader; its digest is a layer's diff id (OCI image-spec 1.0,
// "Layer DiffID"). Is not: a check of the compressed bytes. Threads: one owner.
// Errors: what the source refused, or Errc::invalid for damaged compression.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "events/base/result.h"
#include "runtime/images/digest.h"
#include "runtime/images/image_store.h"

struct archive;

namespace skein::images {

class PlainStream {
 public:
  explicit PlainStream(ByteSource compressed);
  ~PlainStream();
  Result<std::size_t> read(char* into, std::size_t size_max);  // 0 at the end
  Result<std::string> finish();                                // reads what is left; digest of all bytes
  ByteSource source();                                         // read() as a ByteSource; must not outlive this
  struct Feed;

 private:
  Result<bool> begin();  // false: the stream is empty
  std::unique_ptr<Feed> feed_;
  struct archive* archive_;
  Sha256 hash_;
  bool begun_ = false;
  bool ended_ = false;
};

// The bytes of a file, from its beginning.
Result<ByteSource> file_source(const std::string& path);

}  // namespace skein::images
