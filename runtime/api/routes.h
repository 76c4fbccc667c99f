// The engine API's routes, one function a resource group; docs/design/engine-api.md lists what each covers.
//
// Every action captures `context` by reference: it outlives the router. Threads: actions run on any, at once.
#pragma once
#include "runtime/api/api_context.h"
#include "runtime/http/router.h"

namespace skein {

void add_system_routes(Router& router, const ApiContext& context);
void add_swarm_routes(Router& router, const ApiContext& context);
void add_node_routes(Router& router, const ApiContext& context);
void add_service_routes(Router& router, const ApiContext& context);
void add_task_routes(Router& router, const ApiContext& context);
void add_network_routes(Router& router, const ApiContext& context);
void add_file_routes(Router& router, const ApiContext& context);  // secrets and configs
void add_image_routes(Router& router, const ApiContext& context);
void add_image_upload_routes(Router& router, const ApiContext& context);
void add_container_routes(Router& router, const ApiContext& context);
void add_volume_routes(Router& router, const ApiContext& context);
void add_plugin_routes(Router& router, const ApiContext& context);
void add_log_routes(Router& router, const ApiContext& context);  // container, task and service logs
void add_event_routes(Router& router, const ApiContext& context);
void add_record_routes(Router& router, const ApiContext& context);  // /skein/v1/log

}  // namespace skein
