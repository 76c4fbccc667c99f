// LayerWriter: carries out the entries of a layer's tar in a directory, in the form overlayfs reads.
//
// Is: files, folders, links, devices with owner, mode, times and attributes; OCI whiteouts (image-spec 1.0,
// "Representing Changes") turned into overlayfs's. Is not: decompression or digests (layer_store.h). Invariants:
// nothing outside the directory changes; attributes that steer overlayfs are never taken from an archive. Threads: one
// owner. Errors: Errc::invalid for an evil or malformed entry, fault for the disk.
#pragma once
#include <cstdint>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "events/base/result.h"
#include "runtime/images/layer_tree.h"

struct archive_entry;

namespace skein::images {

class TarReader;

class LayerWriter {
 public:
  static Result<LayerWriter> make(const std::string& directory);
  Result<void> write(struct archive_entry* entry, TarReader& content);
  Result<void> finish();                                    // folders' times; flushes everything
  std::uint64_t size_bytes() const { return size_bytes_; }  // of regular files, hard links once

 private:
  explicit LayerWriter(LayerTree tree) : tree_{std::move(tree)} {}
  Result<void> whiteout(int folder, const LayerPath& path);
  Result<void> add(int folder, const LayerPath& path, struct archive_entry* entry, TarReader& content);
  Result<void> add_folder(int folder, const LayerPath& path, struct archive_entry* entry);
  Result<void> add_file(int folder, const LayerPath& path, struct archive_entry* entry, TarReader& content);
  Result<void> add_hard_link(int folder, const LayerPath& path, struct archive_entry* entry);
  Result<void> add_symbolic_link(int folder, const LayerPath& path, struct archive_entry* entry);
  Result<void> add_node(int folder, const LayerPath& path, struct archive_entry* entry);

  LayerTree tree_;
  std::uint64_t size_bytes_ = 0;
  std::vector<std::pair<std::string, timespec>> folder_times_;  // set last: adding entries changes them
};

}  // namespace skein::images
