#include <map>

#include "runtime/api/filters.h"
#include "runtime/api/routes.h"

namespace skein {
namespace {

// The volumes this node's containers use, by name. Volumes no container has any more are not listed.
std::map<std::string, Json> volumes_of(const ApiContext& context) {
  std::map<std::string, Json> volumes;
  const std::string root = context.node.facts().data_root + "/volumes/";
  for (const ContainerRecord& container : context.containers.list())
    for (const Mount& mount : container.mounts) {
      if (mount.type() != Mount::VOLUME || mount.source().empty()) continue;
      Json volume{{"CreatedAt", time_json(container.created.ns)},
                  {"Driver", mount.volume_driver().empty() ? "local" : mount.volume_driver()},
                  {"Labels", labels_json(mount.volume_labels())},
                  {"Mountpoint", root + mount.source() + "/_data"},
                  {"Name", mount.source()},
                  {"Options", labels_json(mount.volume_options())},
                  {"Scope", "local"}};
      volumes.try_emplace(mount.source(), std::move(volume));
    }
  return volumes;
}

Result<Response> list(const ApiContext& context, const Request& request) {
  auto filters = Filters::parse(request.target.query.get("filters"), {"dangling", "driver", "label", "name"});
  if (!filters) return filters.refusal();
  auto dangling = filters->flag("dangling", false);
  if (!dangling) return dangling.refusal();
  Json out = Json::array();
  for (const auto& [name, volume] : volumes_of(context)) {
    Labels labels;
    for (const auto& [key, value] : volume["Labels"].items()) {
      labels.Add()->set_key(key);
      labels.rbegin()->set_value(value.get<std::string>());
    }
    if (!*dangling && filters->contains("name", name) && filters->labels("label", labels) &&
        filters->exact("driver", volume["Driver"].get<std::string>()))
      out.push_back(volume);
  }
  return json_response(Json{{"Volumes", std::move(out)}, {"Warnings", nullptr}});
}

Result<Response> inspect(const ApiContext& context, const Request& request) {
  const auto volumes = volumes_of(context);
  const auto it = volumes.find(request.capture("name"));
  if (it == volumes.end()) return Refusal{Errc::not_found, "get " + request.capture("name") + ": no such volume"};
  return json_response(it->second);
}

}  // namespace

void add_volume_routes(Router& router, const ApiContext& c) {
  router.add("GET", "/volumes", [&c](const Request& r) { return list(c, r); });
  router.add("GET", "/volumes/{name}", [&c](const Request& r) { return inspect(c, r); });
}

}  // namespace skein
