#include "runtime/api/engine_api.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "runtime/api/api_version.h"
#include "runtime/api/routes.h"

namespace skein {

struct EngineApi::State {
  explicit State(Options options)
      : context{options.images,
                options.containers,
                options.node,
                std::move(options.gateway),
                options.clock,
                options.rng,
                {}} {}
  Response answer(Request& request) const {
    try {
      return router.answer(request);
    } catch (const std::exception& error) {  // of a library; the connection must still get its answer
      spdlog::error("engine api: {} failed: {}", request.method, error.what());
      return error_response(500, "internal error");
    }
  }
  ApiContext context;
  Router router;
};

EngineApi::EngineApi(Options options) : state_{std::make_unique<State>(std::move(options))} {
  Router& router = state_->router;
  router.check_with(check_version);
  for (auto* add : {add_system_routes, add_swarm_routes, add_node_routes, add_log_routes, add_service_routes,
                    add_task_routes, add_network_routes, add_file_routes, add_image_upload_routes, add_image_routes,
                    add_container_routes, add_volume_routes, add_plugin_routes, add_event_routes, add_record_routes})
    add(router, state_->context);
}

EngineApi::~EngineApi() = default;

Answer EngineApi::answer() const {
  return [state = state_.get()](Request& request) { return state->answer(request); };
}

HeaderList EngineApi::headers() const {
  return {{"Api-Version", std::string{kApiVersionText}},
          {"Docker-Experimental", "false"},
          {"Ostype", "linux"},
          {"Server", fmt::format("Docker/{} (linux)", SKEIN_VERSION)}};
}

}  // namespace skein
