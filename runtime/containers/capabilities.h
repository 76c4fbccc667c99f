// Capabilities: Docker's fourteen defaults, and what a spec adds and drops.
//
// Names with or without CAP_, any case; ALL means every one the kernel knows. Order of rules (moby oci/caps):
// start from the defaults, or all if ALL is added, or none if ALL is dropped; drop what is dropped; add what is added.
// The result is sorted in the kernel's numbering. Pure.
#pragma once
#include <string>
#include <vector>

#include "events/base/result.h"

namespace skein {

// Refused: 'invalid CapAdd: unknown capability: "CAP_X"', and the same for CapDrop.
Result<std::vector<std::string>> effective_capabilities(const std::vector<std::string>& add,
                                                        const std::vector<std::string>& drop);

}  // namespace skein
