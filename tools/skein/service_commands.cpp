// service create, update, scale, rollback, rm.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <utility>
#include <vector>

#include "tools/skein/converge.h"
#include "tools/skein/session.h"
#include "tools/skein/spec_flags.h"
#include "tools/skein/words.h"

namespace skein::cli {
namespace {

constexpr const char* kCreateUsage = "\n\nUsage:  skein service create [OPTIONS] IMAGE [COMMAND] [ARG...]";

struct ChangeFlags {
  bool detach = false;
  bool quiet = false;
  bool rollback = false;
  std::string service;
};

// Flags that are no value of theirs are misuse (125), a spec that makes no sense is a failure (1).
int refuse(Session& session, const Refusal& refusal) {
  return refusal.text.starts_with("invalid argument") ? session.misuse(refusal.text) : session.complain(refusal.text);
}

void warn(Session& session, const Outcome& outcome) {
  for (const std::string& warning : outcome.warnings()) session.console.err << warning << '\n';
}

int wait(Session& session, const ChangeFlags& flags, const std::string& service_id, const std::string& shown) {
  return flags.detach || flags.quiet ? kDone : converge(session, service_id, shown);
}

void add_change_flags(CLI::App& command, ChangeFlags& flags) {
  command.add_flag("-d,--detach", flags.detach, "Exit immediately instead of waiting for the service to converge");
  command.add_flag("-q,--quiet", flags.quiet, "Suppress progress output");
}

// IMAGE [COMMAND] [ARG...]: what follows the image belongs to the container, flags and all.
int create(Session& session, const SpecFlags& spec_flags, const ChangeFlags& flags,
           const std::vector<std::string>& rest) {
  if (!rest.empty() && rest.front().starts_with("-"))
    return session.misuse("unknown flag: " + rest.front() + kCreateUsage +
                          "\n\nRun 'skein service create --help' for more information");
  if (rest.empty())
    return session.complain(std::string{"skein: 'skein service create' requires at least 1 argument"} + kCreateUsage +
                            "\n\nSee 'skein service create --help' for more information");
  ServiceSpec spec;
  if (auto applied = spec_flags.apply(spec); !applied) return refuse(session, applied.refusal());
  if (spec.mode_case() == ServiceSpec::MODE_NOT_SET) spec.mutable_replicated()->set_replicas(1);
  ContainerSpec& container = *spec.mutable_task()->mutable_container();
  container.set_image(rest.front());
  for (std::size_t i = 1; i < rest.size(); ++i) container.add_args(rest[i]);
  if (auto resolved = resolve(session, spec); !resolved) return session.complain(resolved.refusal().text);
  Command command;
  *command.mutable_create_service()->mutable_spec() = std::move(spec);
  const auto outcome = session.client->submit(std::move(command));
  if (!outcome) return session.fail(outcome.refusal());
  warn(session, *outcome);
  session.console.out << outcome->object_id() << std::endl;
  return wait(session, flags, outcome->object_id(), outcome->object_id());
}

Command update_of(const Service& service, ServiceSpec spec) {
  Command command;
  UpdateService& update = *command.mutable_update_service();
  update.set_service_id(service.id());
  update.set_expected_revision(service.revision());
  update.set_auth_from(UpdateService::SPEC);
  *update.mutable_spec() = std::move(spec);
  return command;
}

int submit_update(Session& session, Command command, const ChangeFlags& flags, const std::string& shown) {
  const std::string service_id = command.update_service().service_id();
  const auto outcome = session.client->submit(std::move(command));
  if (!outcome) return session.fail(outcome.refusal());
  warn(session, *outcome);
  session.console.out << shown << std::endl;
  return wait(session, flags, service_id, flags.service);
}

int update(Session& session, const SpecFlags& spec_flags, const ChangeFlags& flags) {
  if (flags.rollback && !spec_flags.empty()) return session.complain("other flags may not be combined with --rollback");
  const auto service = find_service(session, flags.service);
  if (!service) return session.fail(service.refusal());
  ServiceSpec spec = service->spec();
  if (auto applied = spec_flags.apply(spec); !applied) return refuse(session, applied.refusal());
  if (auto resolved = resolve(session, spec); !resolved) return session.complain(resolved.refusal().text);
  Command command = update_of(*service, std::move(spec));
  command.mutable_update_service()->set_rollback(flags.rollback);
  return submit_update(session, std::move(command), flags, flags.service);
}

struct Scale {
  std::string service;
  std::uint64_t replicas = 0;
};

Result<Scale> parse_scale(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
    return Refusal{Errc::invalid, "invalid scale specifier '" + text + "'.\nSee 'skein service scale --help'.\n\n" +
                                      "Usage:  skein service scale SERVICE=REPLICAS [SERVICE=REPLICAS...]\n\n"
                                      "Scale one or multiple replicated services"};
  const std::string name = text.substr(0, equals);
  const auto replicas = parse_natural(text.substr(equals + 1));
  if (!replicas)
    return Refusal{Errc::invalid,
                   name + ": invalid replicas value " + text.substr(equals + 1) + ": " + replicas.refusal().text};
  return Scale{name, *replicas};
}

Result<std::string> submit_scale(Session& session, const Scale& scale) {
  const auto service = find_service(session, scale.service);
  if (!service) return service.refusal();
  ServiceSpec spec = service->spec();
  if (spec.has_replicated())
    spec.mutable_replicated()->set_replicas(scale.replicas);
  else if (spec.has_replicated_job())
    spec.mutable_replicated_job()->set_total_completions(scale.replicas);
  else
    return Refusal{Errc::failed_precondition, "scale can only be used with replicated or replicated-job mode"};
  const auto outcome = session.client->submit(update_of(*service, std::move(spec)));
  if (!outcome) return outcome.refusal();
  warn(session, *outcome);
  return service->id();
}

// All are scaled before any is waited for.
int scale(Session& session, const ChangeFlags& flags, const std::vector<std::string>& typed) {
  std::vector<Scale> scales;
  for (const std::string& text : typed) {
    auto parsed = parse_scale(text);
    if (!parsed) return session.complain(parsed.refusal().text);
    scales.push_back(std::move(*parsed));
  }
  int code = kDone;
  std::vector<std::pair<std::string, std::string>> scaled;  // id, as typed
  for (const Scale& each : scales) {
    const auto id = submit_scale(session, each);
    if (!id) {
      code = session.complain(each.service + ": " + id.refusal().text);
      continue;
    }
    session.console.out << fmt::format("{} scaled to {}", each.service, each.replicas) << std::endl;
    scaled.emplace_back(*id, each.service);
  }
  for (const auto& [id, shown] : scaled) code = std::max(code, wait(session, flags, id, shown));
  return code;
}

int remove(Session& session, const std::vector<std::string>& names) {
  int code = kDone;
  for (const std::string& name : names) {
    const auto service = find_service(session, name);
    if (!service) {
      code = session.fail(service.refusal());
      continue;
    }
    Command command;
    command.mutable_remove_service()->set_service_id(service->id());
    if (auto outcome = session.client->submit(std::move(command)); !outcome)
      code = session.fail(outcome.refusal());
    else
      session.console.out << name << '\n';
  }
  return code;
}

void add_create(CLI::App& service, Session& session) {
  CLI::App* command = service.add_subcommand("create", "Create a new service")->prefix_command();
  const auto flags = std::make_shared<ChangeFlags>();
  const auto spec = SpecFlags::for_create(*command);
  add_change_flags(*command, *flags);
  command->callback([=, &session] {
    session.action = [=, &session] { return create(session, *spec, *flags, command->remaining()); };
  });
}

void add_update(CLI::App& service, Session& session) {
  CLI::App* command = service.add_subcommand("update", "Update a service");
  const auto flags = std::make_shared<ChangeFlags>();
  const auto spec = SpecFlags::for_update(*command);
  add_change_flags(*command, *flags);
  command->add_flag("--rollback", flags->rollback, "Rollback to previous specification");
  command->add_option("service", flags->service)->required();
  command->callback([=, &session] { session.action = [=, &session] { return update(session, *spec, *flags); }; });
}

void add_rollback(CLI::App& service, Session& session) {
  CLI::App* command = service.add_subcommand("rollback", "Revert changes to a service's configuration");
  const auto flags = std::make_shared<ChangeFlags>();
  flags->rollback = true;
  add_change_flags(*command, *flags);
  command->add_option("service", flags->service)->required();
  command->callback([=, &session] { session.action = [=, &session] { return update(session, SpecFlags{}, *flags); }; });
}

void add_scale(CLI::App& service, Session& session) {
  CLI::App* command = service.add_subcommand("scale", "Scale one or multiple replicated services");
  const auto flags = std::make_shared<ChangeFlags>();
  const auto typed = std::make_shared<std::vector<std::string>>();
  add_change_flags(*command, *flags);
  command->add_option("scales", *typed, "SERVICE=REPLICAS ...")->required();
  command->callback([=, &session] { session.action = [=, &session] { return scale(session, *flags, *typed); }; });
}

void add_remove(CLI::App& service, Session& session) {
  CLI::App* command = service.add_subcommand("rm", "Remove one or more services")->alias("remove");
  const auto names = std::make_shared<std::vector<std::string>>();
  command->add_option("services", *names)->required();
  command->callback([=, &session] { session.action = [=, &session] { return remove(session, *names); }; });
}

}  // namespace

void add_service_change_commands(CLI::App& service, Session& session) {
  add_create(service, session);
  add_update(service, session);
  add_rollback(service, session);
  add_scale(service, session);
  add_remove(service, session);
}

}  // namespace skein::cli
