// Reference: the name of an image as Docker writes it: [host[:port]/]path[:tag][@digest].
//
// Is: the grammar, the normal form ("docker.io/library/whoami:latest") and the familiar one ("whoami:latest").
// Is not: a look-up. Invariants: domain and path are never empty; digest is a valid "sha256:<hex>" or empty.
// Source: distribution/reference (reference.go, normalize.go). Errors: Errc::invalid with its texts.
#pragma once
#include <string>
#include <string_view>

#include "events/base/result.h"

namespace skein::images {

struct Reference {
  std::string domain;  // "docker.io", "localhost:5000"
  std::string path;    // "library/whoami"
  std::string tag;     // may be empty
  std::string digest;  // "sha256:..." or empty

  std::string name() const { return domain + "/" + path; }
  std::string text() const;           // normal form
  std::string familiar_name() const;  // without tag and digest
  std::string familiar() const;
};

Result<Reference> parse_reference(const std::string& typed);
// With ":latest" if there is neither tag nor digest.
Result<Reference> parse_tagged_reference(const std::string& typed);
bool is_tag(std::string_view text);

}  // namespace skein::images
