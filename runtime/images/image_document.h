// ImageDocument: an image's configuration as read from its JSON.
//
// Is: OCI image-spec 1.0 "Image Configuration" with Docker's additions (Healthcheck, OnBuild stay in the JSON).
// Is not: names or sizes (content.h adds them). Invariants: every diff id is a valid digest.
// Errors: Errc::invalid "invalid image configuration ...".
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "events/base/result.h"
#include "runtime/images/image_store.h"

namespace skein::images {

struct HistoryStep {
  std::string created, created_by, comment;
  bool empty_layer = false;
};

struct ImageDocument {
  Image image;                       // without tags, digests, size
  std::vector<std::string> chains;   // of its layers, bottom first
  std::vector<HistoryStep> history;  // oldest first
};

Result<ImageDocument> parse_image_document(const std::string& config);
// Unix seconds of an RFC 3339 text; 0 if it is none.
std::int64_t unix_seconds(const std::string& rfc3339);

}  // namespace skein::images
