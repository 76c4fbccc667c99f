// What the commands that change services share: finding one, finding the ids that a spec names, waiting until the
// cluster has done what was asked.
#pragma once
#include <string>

#include "tools/skein/session.h"

namespace skein::cli {

// not_found with docker's text.
Result<Service> find_service(Session& session, const std::string& typed);
// Fills in the ids of secrets, configs and networks that the spec names, and the values of bare environment variables.
Result<void> resolve(Session& session, ServiceSpec& spec);
// Prints docker's progress lines until it has converged. kFailed when an update stopped by itself.
int converge(Session& session, const std::string& service_id, const std::string& shown);

}  // namespace skein::cli
