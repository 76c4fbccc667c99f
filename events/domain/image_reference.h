// Form of an image reference: [domain/]path[:tag][@digest], as the distribution project's grammar has it.
//
// Says only whether the text is one; it does not normalise ("alpine" stays "alpine") and knows no registry.
// Source: distribution/reference regexp.go; names of 64 hex digits are ids and refused. Pure: any thread.
#pragma once
#include <string_view>

namespace skein {

bool is_image_reference(std::string_view text);

}  // namespace skein
