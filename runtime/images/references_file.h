// References: which images are here and what they are called; kept in references.json.
//
// Is: the store's only mutable fact; everything else is named by its content. An image without a name stays until it is
// removed ("dangling"). Is not: content. Invariants: every name and digest leads to an image in `images`.
// File: {"version":1, "images":{id:{"manifest":digest}}, "names":{"docker.io/library/x:tag":id},
// "digests":{"docker.io/library/x@sha256:..":id}}; written aside, flushed and renamed. A damaged file is refused, never
// guessed at.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "events/base/result.h"

namespace skein::images {

struct References {
  std::map<std::string, std::string> images;   // image id -> digest of its manifest, or empty
  std::map<std::string, std::string> names;    // normal form with tag -> image id
  std::map<std::string, std::string> digests;  // normal form with digest -> image id

  std::vector<std::string> names_of(const std::string& id) const;    // sorted
  std::vector<std::string> digests_of(const std::string& id) const;  // sorted
};

Result<References> load_references(const std::string& path);  // no file: empty
Result<void> save_references(const References& references, const std::string& aside, const std::string& path);

}  // namespace skein::images
