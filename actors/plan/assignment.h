// Assignment: the task as its node must run it, joined from the task, the spec it was born with and its files.
#pragma once
#include "events/proto/session.pb.h"
#include "events/proto/state.pb.h"

namespace skein::plan {

// Without files and registry credentials, which only the node actor may read.
AssignedTask assignment_of(const Task& task, const SpecVersion& born_with);

// Is there still something for the node to do or to keep for this task?
bool concerns_node(const Task& task);

}  // namespace skein::plan
