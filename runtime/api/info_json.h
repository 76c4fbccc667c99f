// GET /info and GET /version: what `docker info` and `docker version` print. Asks the node and, on a manager, the
// View; answers without a quorum too, with the reason in Swarm.Error. Any thread.
#pragma once
#include "runtime/api/api_context.h"
#include "runtime/api/json_out.h"

namespace skein {

Json info_json(const ApiContext& context);
Json version_json(const ApiContext& context);
std::string_view name_of(LocalState::Kind kind);

}  // namespace skein
