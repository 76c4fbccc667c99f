#include "runtime/api/filters.h"
#include "runtime/api/json_reader.h"
#include "runtime/api/routes.h"

namespace skein {
namespace {

// Secrets and configs differ in their words, their commands and in whether data is shown.
struct Kind {
  const char* path;  // "/secrets"
  bool secret;
  std::vector<FilePtr> (View::*all)() const;
  Result<FilePtr> (View::*find)(std::string_view) const;
};

constexpr Kind kSecrets{"/secrets", true, &View::secrets, &View::find_secret};
constexpr Kind kConfigs{"/configs", false, &View::configs, &View::find_config};

Json named_driver(const std::string& name, const Labels& options) {
  Json out{{"Name", name}};
  put(out, "Options", options);
  return out;
}

Json file_to_json(const File& file, const std::string* data) {
  const FileSpec& spec = file.spec();
  Json out = object_head(file);
  Json shown{{"Name", spec.name()}, {"Labels", labels_json(spec.labels())}};
  if (data) shown["Data"] = base64(*data);
  if (!spec.driver().empty()) shown["Driver"] = named_driver(spec.driver(), spec.driver_options());
  if (!spec.templating().empty()) shown["Templating"] = Json{{"Name", spec.templating()}};
  out["Spec"] = std::move(shown);
  return out;
}

Result<Json> show(const Kind& kind, Gateway& gateway, const File& file) {
  if (kind.secret) return file_to_json(file, nullptr);  // never its data
  auto data = gateway.payload(file.spec().payload());
  if (!data) return data.refusal();
  return file_to_json(file, &*data);
}

FileSpec spec_from_json(const JsonReader& from) {
  FileSpec spec;
  spec.set_name(from.text("Name"));
  from.labels("Labels", spec.mutable_labels());
  const JsonReader driver = from.object("Driver");
  spec.set_driver(driver.text("Name"));
  driver.labels("Options", spec.mutable_driver_options());
  spec.set_templating(from.object("Templating").text("Name"));
  return spec;
}

struct SentFile {
  FileSpec spec;
  std::string data;
  bool has_data = false;
};

Result<SentFile> sent_file(const Request& request, const Kind& kind) {
  auto body = body_json(request);
  if (!body) return body.refusal();
  ReadFault fault;
  const JsonReader from{*body, kind.secret ? "SecretSpec" : "ConfigSpec", fault};
  SentFile sent{spec_from_json(from), from.bytes("Data"), from.has("Data")};
  if (auto fine = fault.result(); !fine) return fine.refusal();
  return sent;
}

Result<Response> list(const Kind& kind, const ApiContext& context, const Request& request) {
  auto gateway = manager_of(context);
  if (!gateway) return gateway.refusal();
  auto filters = Filters::parse(request.target.query.get("filters"), {"id", "label", "name", "names"});
  if (!filters) return filters.refusal();
  Json out = Json::array();
  for (const FilePtr& file : read(**gateway, [&](const View& view) { return (view.*kind.all)(); })) {
    const FileSpec& spec = file->spec();
    if (!filters->prefix("id", file->id()) || !filters->prefix("name", spec.name()) ||
        !filters->exact("names", spec.name()) || !filters->labels("label", spec.labels()))
      continue;
    auto shown = show(kind, **gateway, *file);
    if (!shown) return shown.refusal();
    out.push_back(std::move(*shown));
  }
  return json_response(out);
}

Result<FilePtr> find(const Kind& kind, Gateway& gateway, const Request& request) {
  return read(gateway, [&](const View& view) { return (view.*kind.find)(request.capture("id")); });
}

Result<Response> inspect(const Kind& kind, const ApiContext& context, const Request& request) {
  auto gateway = manager_of(context);
  if (!gateway) return gateway.refusal();
  auto file = find(kind, **gateway, request);
  if (!file) return file.refusal();
  auto shown = show(kind, **gateway, **file);
  if (!shown) return shown.refusal();
  return json_response(*shown);
}

template <class Create>
void fill_create(Create* into, SentFile& sent) {
  *into->mutable_spec() = std::move(sent.spec);
  into->set_data(std::move(sent.data));
}

Result<Response> create(const Kind& kind, const ApiContext& context, const Request& request) {
  auto gateway = manager_of(context);
  if (!gateway) return gateway.refusal();
  auto sent = sent_file(request, kind);
  if (!sent) return sent.refusal();
  Command command;
  if (kind.secret)
    fill_create(command.mutable_create_secret(), *sent);
  else
    fill_create(command.mutable_create_config(), *sent);
  auto outcome = submit(context, **gateway, std::move(command), request);
  if (!outcome) return outcome.refusal();
  return json_response(Json{{"ID", outcome->object_id()}}, 201);
}

template <class Relabel>
void fill_relabel(Relabel* into, SentFile& sent, std::uint64_t revision) {
  into->set_expected_revision(revision);
  *into->mutable_spec() = std::move(sent.spec);
  into->set_has_data(sent.has_data);
  into->set_data(std::move(sent.data));
}

Result<Response> update(const Kind& kind, const ApiContext& context, const Request& request) {
  auto gateway = manager_of(context);
  if (!gateway) return gateway.refusal();
  auto revision = revision_of(request);
  if (!revision) return revision.refusal();
  auto sent = sent_file(request, kind);
  if (!sent) return sent.refusal();
  auto file = find(kind, **gateway, request);
  if (!file) return file.refusal();
  Command command;
  if (kind.secret) {
    fill_relabel(command.mutable_relabel_secret(), *sent, *revision);
    command.mutable_relabel_secret()->set_secret_id((*file)->id());
  } else {
    fill_relabel(command.mutable_relabel_config(), *sent, *revision);
    command.mutable_relabel_config()->set_config_id((*file)->id());
  }
  if (auto outcome = submit(context, **gateway, std::move(command), request); !outcome) return outcome.refusal();
  return plain_response(200);
}

Result<Response> remove(const Kind& kind, const ApiContext& context, const Request& request) {
  auto gateway = manager_of(context);
  if (!gateway) return gateway.refusal();
  auto file = find(kind, **gateway, request);
  if (!file) return file.refusal();
  Command command;
  if (kind.secret)
    command.mutable_remove_secret()->set_secret_id((*file)->id());
  else
    command.mutable_remove_config()->set_config_id((*file)->id());
  if (auto outcome = submit(context, **gateway, std::move(command), request); !outcome) return outcome.refusal();
  return plain_response(204);
}

}  // namespace

void add_file_routes(Router& router, const ApiContext& c) {
  for (const Kind* kind : {&kSecrets, &kConfigs}) {
    const std::string path = kind->path;
    router.add("GET", path, [&c, kind](const Request& r) { return list(*kind, c, r); });
    router.add("POST", path + "/create", [&c, kind](const Request& r) { return create(*kind, c, r); });
    router.add("GET", path + "/{id}", [&c, kind](const Request& r) { return inspect(*kind, c, r); });
    router.add("POST", path + "/{id}/update", [&c, kind](const Request& r) { return update(*kind, c, r); });
    router.add("DELETE", path + "/{id}", [&c, kind](const Request& r) { return remove(*kind, c, r); });
  }
}

}  // namespace skein
