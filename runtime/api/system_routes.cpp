#include "runtime/api/container_json.h"
#include "runtime/api/image_json.h"
#include "runtime/api/info_json.h"
#include "runtime/api/json_reader.h"
#include "runtime/api/routes.h"

namespace skein {
namespace {

// What the Swarm header says: it only hides commands in the CLI's help.
std::string swarm_header(const ApiContext& context) {
  const LocalState state = context.node.state();
  std::string text{name_of(state.kind)};
  if (state.kind == LocalState::Kind::active) text += context.gateway() ? "/manager" : "/worker";
  return text;
}

Response ping(const ApiContext& context) {
  Response response = plain_response(200, "OK", "text/plain; charset=utf-8");
  response.headers = {{"Builder-Version", ""},
                      {"Cache-Control", "no-cache, no-store, must-revalidate"},
                      {"Pragma", "no-cache"},
                      {"Swarm", swarm_header(context)}};
  return response;
}

Result<Response> log_in(const ApiContext& context, const Request& request) {
  auto body = body_json(request);
  if (!body) return body.refusal();
  ReadFault fault;
  const JsonReader from{*body, "AuthConfig", fault};
  const RegistryLogin login{from.text("username"), from.text("password"), from.text("serveraddress"),
                            from.text("identitytoken")};
  if (auto fine = fault.result(); !fine) return fine.refusal();
  auto token = context.node.login(login);
  if (!token) return token.refusal();
  return json_response(Json{{"Status", "Login Succeeded"}, {"IdentityToken", *token}});
}

Json disk_usage(const ApiContext& context) {
  Json images = Json::array();
  std::uint64_t size = 0;
  for (const Image& image : context.images.list()) {
    images.push_back(image_summary(image));
    size += image.size_bytes;
  }
  Json containers = Json::array();
  for (const ContainerRecord& container : context.containers.list())
    containers.push_back(container_summary(container, context.clock.now()));
  return Json{{"LayersSize", size},
              {"Images", std::move(images)},
              {"Containers", std::move(containers)},
              {"Volumes", Json::array()},
              {"BuildCache", Json::array()}};
}

}  // namespace

void add_system_routes(Router& router, const ApiContext& c) {
  router.add("GET", "/_ping", [&c](const Request&) -> Result<Response> { return ping(c); });
  router.add("GET", "/version", [&c](const Request&) -> Result<Response> { return json_response(version_json(c)); });
  router.add("GET", "/info", [&c](const Request&) -> Result<Response> { return json_response(info_json(c)); });
  router.add("POST", "/auth", [&c](const Request& r) { return log_in(c, r); });
  router.add("GET", "/system/df", [&c](const Request&) -> Result<Response> { return json_response(disk_usage(c)); });
}

}  // namespace skein
