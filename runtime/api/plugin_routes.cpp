#include "runtime/api/json_out.h"
#include "runtime/api/routes.h"

namespace skein {

// There are no plugins; `docker inspect` and shell completion ask all the same.
void add_plugin_routes(Router& router, const ApiContext&) {
  router.add("GET", "/plugins", [](const Request&) -> Result<Response> { return json_response(Json::array()); });
  router.add("GET", "/plugins/{name...}/json", [](const Request& request) -> Result<Response> {
    return Refusal{Errc::not_found, "plugin \"" + request.capture("name") + "\" not found"};
  });
}

}  // namespace skein
