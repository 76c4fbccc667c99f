#include "events/domain/service.h"
#include "runtime/api/api_version.h"
#include "runtime/api/filters.h"
#include "runtime/api/random_name.h"
#include "runtime/api/routes.h"
#include "runtime/api/service_json.h"
#include "runtime/api/service_spec_json.h"

namespace skein {
namespace {

struct CountedService {
  ServicePtr service;
  ServiceCounts counts;
};

std::string_view mode_name(const ServiceSpec& spec) {
  switch (spec.mode_case()) {
    case ServiceSpec::kGlobal:
      return "global";
    case ServiceSpec::kGlobalJob:
      return "global-job";
    case ServiceSpec::kReplicatedJob:
      return "replicated-job";
    default:
      return "replicated";
  }
}

bool wanted(const Filters& filters, const Service& service) {
  return filters.prefix("id", service.id()) && filters.prefix("name", service.spec().name()) &&
         filters.labels("label", service.spec().labels()) && filters.exact("mode", mode_name(service.spec())) &&
         filters.exact("runtime", "container");
}

std::vector<CountedService> select(const View& view, const Filters& filters, bool count) {
  std::vector<CountedService> out;
  for (const ServicePtr& service : view.services()) {
    if (!wanted(filters, *service)) continue;
    out.push_back({service, {}});
    if (count) out.back().counts = count_tasks(*service, view.tasks_of_service(service->id()));
  }
  return out;
}

Result<Response> list(const ApiContext& context, const Request& request) {
  auto gateway = manager_of(context);
  if (!gateway) return gateway.refusal();
  const Query& query = request.target.query;
  auto filters = Filters::parse(query.get("filters"), {"id", "label", "mode", "name", "runtime"});
  if (!filters) return filters.refusal();
  const bool count = query.flag("status") && version_of(request) >= ApiVersion{1, 41};
  const ServiceShow show{.defaults = query.flag("insertDefaults")};
  Json out = Json::array();
  for (const CountedService& each : read(**gateway, [&](const View& v) { return select(v, *filters, count); }))
    out.push_back(
        service_to_json(*each.service, {.defaults = show.defaults, .counts = count ? &each.counts : nullptr}));
  return json_response(out);
}

Result<ServicePtr> find(Gateway& gateway, const Request& request) {
  return read(gateway, [&](const View& view) { return view.find_service(request.capture("id")); });
}

Result<Response> inspect(const ApiContext& context, const Request& request) {
  auto gateway = manager_of(context);
  if (!gateway) return gateway.refusal();
  auto service = find(**gateway, request);
  if (!service) return service.refusal();
  return json_response(service_to_json(**service, {.defaults = request.target.query.flag("insertDefaults")}));
}

// What is sent as X-Registry-Auth is passed on as it is, after a look at whether it is one.
Result<std::string> registry_auth(const Request& request) {
  std::string header = request.header("X-Registry-Auth");
  auto parsed = parse_registry_auth(header);
  if (!parsed) return parsed.refusal();
  const bool anonymous = parsed->username.empty() && parsed->password.empty() && parsed->identity_token.empty() &&
                         parsed->registry_token.empty();
  return anonymous ? std::string{} : header;  // the CLI sends an empty object when it knows no credential
}

Result<ServiceSpec> spec_of(const Request& request) {
  auto body = body_json(request);
  if (!body) return body.refusal();
  ReadFault fault;
  ServiceSpec spec = service_spec_from_json(JsonReader{*body, "ServiceSpec", fault});
  if (auto fine = fault.result(); !fine) return fine.refusal();
  drop_newer_fields(spec, version_of(request));
  return spec;
}

Result<Response> create(const ApiContext& context, const Request& request) {
  auto gateway = manager_of(context);
  if (!gateway) return gateway.refusal();
  auto spec = spec_of(request);
  if (!spec) return spec.refusal();
  auto auth = registry_auth(request);
  if (!auth) return auth.refusal();
  if (spec->name().empty()) spec->set_name(random_service_name(context, **gateway));
  Command command;
  *command.mutable_create_service()->mutable_spec() = std::move(*spec);
  command.mutable_create_service()->set_registry_auth(*auth);
  auto outcome = submit(context, **gateway, std::move(command), request);
  if (!outcome) return outcome.refusal();
  return json_response(Json{{"ID", outcome->object_id()}, {"Warnings", texts_json(outcome->warnings())}}, 201);
}

Result<void> read_how(const Query& query, UpdateService& update) {
  const std::string rollback = query.get("rollback");
  if (!rollback.empty() && rollback != "previous" && rollback != "none")
    return Refusal{Errc::invalid, "unrecognized rollback option " + rollback};
  const std::string from = query.get("registryAuthFrom");
  if (!from.empty() && from != "spec" && from != "previous-spec")
    return Refusal{Errc::invalid, "unsupported registryAuthFrom value"};
  update.set_rollback(rollback == "previous");
  update.set_auth_from(from == "previous-spec" ? UpdateService::PREVIOUS_SPEC : UpdateService::SPEC);
  return {};
}

Result<Response> update(const ApiContext& context, const Request& request) {
  auto gateway = manager_of(context);
  if (!gateway) return gateway.refusal();
  auto revision = revision_of(request);
  if (!revision) return revision.refusal();
  auto spec = spec_of(request);
  if (!spec) return spec.refusal();
  auto auth = registry_auth(request);
  if (!auth) return auth.refusal();
  Command command;
  UpdateService& wish = *command.mutable_update_service();
  if (auto how = read_how(request.target.query, wish); !how) return how.refusal();
  auto service = find(**gateway, request);
  if (!service) return service.refusal();
  wish.set_service_id((*service)->id());
  wish.set_expected_revision(*revision);
  wish.set_registry_auth(*auth);
  *wish.mutable_spec() = std::move(*spec);
  if (wish.spec().name().empty()) wish.mutable_spec()->set_name((*service)->spec().name());
  auto outcome = submit(context, **gateway, std::move(command), request);
  if (!outcome) return outcome.refusal();
  return json_response(Json{{"Warnings", texts_json(outcome->warnings())}});
}

Result<Response> remove(const ApiContext& context, const Request& request) {
  auto gateway = manager_of(context);
  if (!gateway) return gateway.refusal();
  auto service = find(**gateway, request);
  if (!service) return service.refusal();
  Command command;
  command.mutable_remove_service()->set_service_id((*service)->id());
  if (auto outcome = submit(context, **gateway, std::move(command), request); !outcome) return outcome.refusal();
  return plain_response(200);
}

}  // namespace

void add_service_routes(Router& router, const ApiContext& c) {
  router.add("GET", "/services", [&c](const Request& r) { return list(c, r); });
  router.add("POST", "/services/create", [&c](const Request& r) { return create(c, r); });
  router.add("GET", "/services/{id}", [&c](const Request& r) { return inspect(c, r); });
  router.add("POST", "/services/{id}/update", [&c](const Request& r) { return update(c, r); });
  router.add("DELETE", "/services/{id}", [&c](const Request& r) { return remove(c, r); });
}

}  // namespace skein
