// Images as Docker shows them: `image ls` and `image inspect`. Pure; any thread.
#pragma once
#include "runtime/api/json_out.h"
#include "runtime/images/image_store.h"

namespace skein {

Json image_summary(const Image& image);
Json image_to_json(const Image& image);

}  // namespace skein
