// Image removal: which names go and whether the image itself goes, for `docker rmi`; a pure change of References.
//
// Source: moby daemon/images/image_delete.go. A departure: `in_use` cannot tell running from ended containers, so an
// image that a container uses is never deleted: with force its names go, and it stays without a name until nobody uses
// it. Errors: not_found, conflict with Docker's texts.
#pragma once
#include <functional>
#include <string>

#include "events/base/result.h"
#include "runtime/images/catalog.h"
#include "runtime/images/image_store.h"

namespace skein::images {

struct Removal {
  std::string typed;
  bool force = false;
  std::function<std::string(const std::string& image_id)> in_use;
};

// Edits `references` (those of `catalog`, or newer ones under the change lock). `deleted` has the image id if it went.
Result<RemovedImage> plan_removal(const Removal& removal, const Catalog& catalog, References& references);

}  // namespace skein::images
