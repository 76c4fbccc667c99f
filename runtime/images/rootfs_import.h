// Import: a root file system's tar becomes an image of one layer: `docker import`.
//
// Source: moby daemon/images/image_import.go. Threads: any. Errors: Errc::invalid for names, changes or the archive.
#pragma once
#include <string>
#include <vector>

#include "events/base/result.h"
#include "runtime/images/content.h"
#include "runtime/images/image_store.h"

namespace skein::images {

struct RootfsImport {
  std::string name;                  // normal form with tag; empty: none
  std::vector<std::string> changes;  // Dockerfile instructions
  std::string message;
  std::string created;  // RFC 3339
};

Result<std::string> import_rootfs(Content& content, const ByteSource& archive, const RootfsImport& wanted);  // image id
// The name for --repository and tag as typed; empty repository: none.
Result<std::string> import_name(const std::string& repository, const std::string& tag);

}  // namespace skein::images
