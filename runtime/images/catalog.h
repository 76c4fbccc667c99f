// Catalog: the images of one moment: names and configurations; an immutable value that readers share.
//
// Is: look-ups by name, digest, id and prefix (moby daemon/images, GetImage). Is not: content or changes.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "events/base/result.h"
#include "runtime/images/image_document.h"
#include "runtime/images/references_file.h"

namespace skein::images {

struct Catalog {
  References references;
  std::map<std::string, std::shared_ptr<const ImageDocument>> documents;  // by image id; as references.images

  // The id of what was typed; not_found "No such image: x".
  Result<std::string> resolve(const std::string& typed) const;
  // True if `typed` was (part of) an id and not a name.
  bool is_id_prefix(const std::string& typed, const std::string& id) const;
};

Refusal no_such_image(const std::string& typed);

}  // namespace skein::images
