// Nodes as Docker shows them, and node specs as it sends them. Pure; any thread.
#pragma once
#include <string>

#include "events/proto/state.pb.h"
#include "runtime/api/json_out.h"
#include "runtime/api/json_reader.h"

namespace skein {

Json node_to_json(const Node& node, const std::string& leader_id);
NodeSpec node_spec_from_json(const JsonReader& from);  // Role and Availability must be there
Json tls_to_json(const TlsInfo& tls);

}  // namespace skein
