// Content: the folder <data-root>/image with blobs, layers and names, and the one way to add an image to it.
//
// Is: what load, import and pull write into and what look-ups read. Is not: formats or networks.
// Invariants: an image is recorded only when its configuration and all its layers are there; one process owns the
// folder (flock). What nobody refers to and nobody leases is collected on open and after a removal. Threads: any.
// Errors: fault for the disk, unavailable if another process has the folder.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "events/base/result.h"
#include "runtime/images/blob_store.h"
#include "runtime/images/catalog.h"
#include "runtime/images/layer_store.h"
#include "runtime/images/leases.h"
#include "runtime/images/scratch.h"

namespace skein::images {

struct NewImage {
  std::string config;                // the JSON; its digest is the id
  std::string manifest;              // digest of a blob, or empty
  std::vector<std::string> names;    // normal form with tag; moved here if another image had them
  std::vector<std::string> digests;  // normal form with digest
};

class Content {
 public:
  static Result<std::unique_ptr<Content>> open(const std::string& root);

  BlobStore& blobs() { return blobs_; }
  LayerStore& layers() { return layers_; }
  const LayerStore& layers() const { return layers_; }
  Scratch& scratch() { return scratch_; }
  Leases& leases() { return leases_; }

  std::shared_ptr<const Catalog> catalog() const;
  // REQUIRES a lease on the id, the manifest and the chain ids, taken before they were looked for.
  Result<std::string> add(const NewImage& image);
  // Runs `edit` on a copy of the names; if it does not refuse, the copy is saved and becomes the truth.
  Result<void> change(const std::function<Result<void>(References&)>& edit);
  void collect();  // removes what is neither referred to nor leased

 private:
  explicit Content(const std::string& root);
  Result<void> start();
  Result<std::shared_ptr<const ImageDocument>> document(const Catalog& before, const std::string& id) const;
  std::string references_path() const { return root_ + "/references.json"; }

  std::string root_;
  Fd owner_;  // flock
  Scratch scratch_;
  BlobStore blobs_;
  LayerStore layers_;
  Leases leases_;
  mutable std::mutex catalog_mutex_;
  std::shared_ptr<const Catalog> catalog_;
  std::mutex change_mutex_;  // one change at a time; readers do not wait for its disk writes
};

}  // namespace skein::images
