// A name for a service that was created without one, as Docker's daemon gives: "adjective_surname". Any thread.
#pragma once
#include <string>

#include "runtime/api/api_context.h"

namespace skein {

std::string random_service_name(const ApiContext& context, Gateway& gateway);  // one that no service has
std::string random_service_name(Rng& rng);                                     // just a draw

}  // namespace skein
