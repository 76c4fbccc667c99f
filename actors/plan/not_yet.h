// Not yet: what a service spec asks for that is kept in the log but not carried out by any node so far. Told to whoever
// creates or updates such a service, so that nothing is dropped in silence. Shrinks as Skein grows. Pure.
#pragma once
#include <string>
#include <vector>

#include "events/proto/types.pb.h"

namespace skein::plan {

std::vector<std::string> not_yet(const ServiceSpec& spec);

}  // namespace skein::plan
