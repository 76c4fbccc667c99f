// Templates: {{.Service.Name}} and its like in env, hostname and mounts, expanded on the node that runs the task.
//
// A subset of Go's text/template, as SwarmKit's documentation lists it (swarm-features.md, section 12):
// .Service.{ID,Name,Labels}, .Node.{ID,Hostname,Platform.{Architecture,OS}}, .Task.{ID,Name,Slot}, and
// {{index .Service.Labels "key"}}; trimming dashes. Slot is the node id for a global service.
// Is not: the rest of Go's language (pipes, conditions, functions); that is refused with what was not understood. Pure.
#pragma once
#include <string>

#include "events/base/result.h"
#include "events/proto/session.pb.h"

namespace skein {

struct NodeFacts {
  std::string id, hostname, architecture, os;
};

// "<service>.<slot>.<task id>", as the container is called.
std::string task_name(const AssignedTask& task);
Result<std::string> expand_template(const std::string& text, const AssignedTask& task, const NodeFacts& node);

}  // namespace skein
