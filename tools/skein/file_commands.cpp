// secret and config: ls, inspect, create, rm.
#include <CLI/CLI.hpp>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <ostream>
#include <utility>

#include "tools/skein/inspect.h"
#include "tools/skein/labels.h"
#include "tools/skein/list_command.h"
#include "tools/skein/pretty.h"
#include "tools/skein/removal.h"
#include "tools/skein/rows.h"
#include "tools/skein/session.h"

namespace skein::cli {
namespace {

struct CreateFlags {
  std::string name, file;
  std::vector<std::string> labels;
  std::string template_driver;
};

Json file_json(const File& file, const std::string* data) {
  Json out = object_head(file);
  Json spec{{"Name", file.spec().name()}, {"Labels", labels_json(file.spec().labels())}};
  if (data) spec["Data"] = base64(*data);
  if (!file.spec().driver().empty()) spec["Driver"] = Json{{"Name", file.spec().driver()}};
  if (!file.spec().templating().empty()) spec["Templating"] = Json{{"Name", file.spec().templating()}};
  out["Spec"] = std::move(spec);
  return out;
}

std::vector<Json> secret_json(const control::Answer& answer) {
  std::vector<Json> out;
  for (const File& file : answer.files()) out.push_back(file_json(file, nullptr));  // never its data
  return out;
}

std::vector<Json> config_json(const control::Answer& answer) {
  std::vector<Json> out;
  for (const File& file : answer.files()) {
    const std::string* data = nullptr;
    for (const control::ConfigData& each : answer.data())
      if (each.config_id() == file.id()) data = &each.data();
    out.push_back(file_json(file, data));
  }
  return out;
}

std::optional<std::string> content_of(std::istream& in) {
  std::string data{std::istreambuf_iterator<char>{in}, {}};
  if (in.bad()) return std::nullopt;
  return data;
}

// "-" is standard input.
Result<std::string> read_file(Session& session, const std::string& path) {
  std::ifstream file;
  if (path != "-") file.open(path, std::ios::binary);
  const Refusal bad{Errc::invalid, "error reading content from \"" + path + "\": cannot be read"};
  if (path != "-" && !file) return bad;
  auto data = content_of(path == "-" ? session.console.in : file);
  if (!data) return bad;
  return std::move(*data);
}

Command command_of(const CreateFlags& flags, std::string data, bool secret) {
  FileSpec spec;
  spec.set_name(flags.name);
  spec.set_templating(flags.template_driver);
  put_labels(flags.labels, *spec.mutable_labels());
  Command command;
  if (secret) {
    *command.mutable_create_secret()->mutable_spec() = std::move(spec);
    command.mutable_create_secret()->set_data(std::move(data));
  } else {
    *command.mutable_create_config()->mutable_spec() = std::move(spec);
    command.mutable_create_config()->set_data(std::move(data));
  }
  return command;
}

int create(Session& session, const CreateFlags& flags, bool secret) {
  auto data = read_file(session, flags.file);
  if (!data) return session.complain(data.refusal().text);
  const auto outcome = session.client->submit(command_of(flags, std::move(*data), secret));
  if (!outcome) return session.fail(outcome.refusal());
  session.console.out << outcome->object_id() << '\n';
  return kDone;
}

Command removal_of(const File& file, bool secret) {
  Command command;
  if (secret)
    command.mutable_remove_secret()->set_secret_id(file.id());
  else
    command.mutable_remove_config()->set_config_id(file.id());
  return command;
}

void add_create(CLI::App& parent, Session& session, bool secret) {
  CLI::App* command = parent.add_subcommand("create", "Create one from a file, or from standard input with -");
  const auto flags = std::make_shared<CreateFlags>();
  command->add_option("-l,--label", flags->labels, "Labels")->allow_extra_args(false);
  command->add_option("--template-driver", flags->template_driver, "Template driver");
  command->add_option("name", flags->name)->required();
  command->add_option("file", flags->file)->required();
  command->callback([=, &session] { session.action = [=, &session] { return create(session, *flags, secret); }; });
}

void add_remove(CLI::App& parent, Session& session, bool secret) {
  CLI::App* command = parent.add_subcommand("rm", "Remove them")->alias("remove");
  const auto names = std::make_shared<std::vector<std::string>>();
  command->add_option("names", *names)->required();
  command->callback([=, &session] {
    session.action = [=, &session] {
      return remove_each(session, secret ? control::SECRETS : control::CONFIGS, *names,
                         [secret](const control::Answer& answer) { return removal_of(answer.files(0), secret); });
    };
  });
}

void add_kind(CLI::App& app, Session& session, bool secret) {
  CLI::App* kind = app.add_subcommand(secret ? "secret" : "config", secret ? "Manage secrets" : "Manage configs");
  kind->require_subcommand(1);
  add_list(*kind, session, secret ? control::SECRETS : control::CONFIGS, secret ? secret_rows : config_rows);
  add_inspect(*kind, session,
              {secret ? control::SECRETS : control::CONFIGS, secret ? secret_json : config_json,
               secret ? pretty_secrets : pretty_configs, !secret});
  add_create(*kind, session, secret);
  add_remove(*kind, session, secret);
}

}  // namespace

void add_file_commands(CLI::App& app, Session& session) {
  add_kind(app, session, true);
  add_kind(app, session, false);
}

}  // namespace skein::cli
