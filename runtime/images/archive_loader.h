// ArchiveLoader: `docker load`: one uploaded archive, of either kind, into the store.
//
// Is: docker-archive (manifest.json; Docker image-spec v1.2) and OCI image layout (index.json; OCI image-spec 1.0),
// nested indexes chosen by this machine's platform. A file with both is read as the former, as Docker does. Is not:
// pulling. Progress: "Loading layer" and "Loaded image: x" lines as moby's image/tarexport. Threads: one owner for one
// load. Errors: Errc::invalid for the archive, fault for the disk.
#pragma once
#include <string>
#include <vector>

#include "events/base/result.h"
#include "runtime/images/content.h"
#include "runtime/images/image_store.h"
#include "runtime/images/manifest.h"
#include "runtime/images/staged_archive.h"

namespace skein::images {

class ArchiveLoader {
 public:
  ArchiveLoader(Content& content, const Progress& progress);
  Result<void> load(const ByteSource& upload);

 private:
  Result<void> load_docker(const StagedArchive& archive);
  Result<void> load_oci(const StagedArchive& archive);
  Result<void> load_oci_image(const StagedArchive& archive, const Descriptor& described, int depth);
  Result<std::string> oci_blob(const StagedArchive& archive, const Descriptor& described) const;
  // One image; `layers` are names in the archive, bottom first.
  Result<void> add(const StagedArchive& archive, NewImage image, const std::vector<std::string>& layers);
  Result<void> add_layers(const StagedArchive& archive, const ImageDocument& document,
                          const std::vector<std::string>& layers);
  void tell_loaded(const std::string& id, const std::vector<std::string>& names) const;

  Content& content_;
  const Progress& progress_;
  Lease lease_;
};

}  // namespace skein::images
