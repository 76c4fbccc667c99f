// LayerStore: unpacked layers by chain id, layers/<hex>/, each the diff to the layer below it, ready for overlayfs.
//
// Is: unpacking with verification, sizes, look-up. Is not: who refers to a layer (content.h).
// Invariants: a layers/<hex> folder is complete and flushed: it appears by rename; its <hex>.json (size) is there
// before it. Threads: any; two unpackings of one layer both work, the first to finish wins. Errors: Errc::invalid for a
// bad archive or a diff id that does not match, fault for the disk.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "events/base/result.h"
#include "runtime/images/image_store.h"
#include "runtime/images/scratch.h"

namespace skein::images {

class LayerStore {
 public:
  LayerStore(const std::string& root, Scratch& scratch);
  Result<void> open();

  bool has(const std::string& chain) const;
  std::string directory(const std::string& chain) const;
  Result<std::uint64_t> size_bytes(const std::string& chain) const;

  // Unpacks an archive (plain, gzip, zstd) over `parent` (empty: none). With `diff_id` given the archive must have it;
  // returns the diff id.
  Result<std::string> add(const std::string& parent, const std::string& diff_id, const ByteSource& archive);

  std::vector<std::string> all() const;  // chain ids, sorted
  // Takes the layer out of sight at once; its content is removed when the returned path ends.
  Result<ScratchPath> retire(const std::string& chain);

 private:
  std::string info_path(const std::string& chain) const;
  Result<void> keep(const std::string& chain, const std::string& unpacked, std::uint64_t size);
  std::string directory_;
  Scratch& scratch_;
};

// The chain ids of diff ids, bottom first.
std::vector<std::string> chain_of(const std::vector<std::string>& diff_ids);

}  // namespace skein::images
