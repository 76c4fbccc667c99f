#include "tools/skein/converge.h"

#include <chrono>
#include <ostream>
#include <utility>

#include "tools/skein/progress.h"

namespace skein::cli {
namespace {

constexpr std::int64_t kMonitor = 5'000'000'000;
constexpr std::chrono::milliseconds kLookEvery{200};

// What one typed name is.
Result<control::Answer> one(Session& session, control::Kind kind, const std::string& typed) {
  control::Question question;
  question.set_kind(kind);
  question.add_typed(typed);
  auto answer = session.ask(question);
  if (answer && !answer->missing().empty())
    return Refusal{static_cast<Errc>(answer->missing(0).code()), answer->missing(0).text()};
  return answer;
}

Result<void> resolve_files(Session& session, google::protobuf::RepeatedPtrField<FileReference>& files, bool secrets) {
  for (FileReference& file : files) {
    if (!file.id().empty()) continue;
    const auto found = one(session, secrets ? control::SECRETS : control::CONFIGS, file.name());
    if (!found && found.refusal().code == Errc::not_found)
      return Refusal{Errc::not_found, (secrets ? "secret not found: " : "config not found: ") + file.name()};
    if (!found) return found.refusal();
    file.set_id(found->files(0).id());
    file.set_name(found->files(0).spec().name());
  }
  return {};
}

Result<void> resolve_networks(Session& session, TaskSpec& task) {
  for (NetworkAttachmentConfig& network : *task.mutable_networks()) {
    const auto found = one(session, control::NETWORKS, network.target());
    if (!found) return found.refusal();
    // A network of the machine alone is left for the cluster to refuse.
    if (!found->networks().empty()) network.set_target(found->networks(0).id());
  }
  return {};
}

// "-e NAME" takes the value from here; a variable that is not set is left out, as docker does.
void fill_environment(const Console& console, ContainerSpec& container) {
  google::protobuf::RepeatedPtrField<std::string> filled;
  for (const std::string& each : container.env()) {
    if (each.find('=') != std::string::npos)
      *filled.Add() = each;
    else if (const std::string value = console.environment(each); !value.empty())
      *filled.Add() = each + "=" + value;
  }
  container.mutable_env()->Swap(&filled);
}

Result<Seen> see(Session& session, const std::string& service_id) {
  Seen seen;
  const auto answer = one(session, control::SERVICES, service_id);
  if (!answer) return answer.refusal();
  seen.service = answer->services(0);
  seen.counts = answer->counts(0);
  control::Question question;
  question.set_kind(control::TASKS);
  question.add_of_service(service_id);
  auto tasks = session.ask(question);
  if (!tasks) return tasks.refusal();
  seen.tasks = std::move(*tasks);
  return seen;
}

}  // namespace

Result<Service> find_service(Session& session, const std::string& typed) {
  const auto answer = one(session, control::SERVICES, typed);
  if (!answer) return answer.refusal();
  return answer->services(0);
}

Result<void> resolve(Session& session, ServiceSpec& spec) {
  ContainerSpec& container = *spec.mutable_task()->mutable_container();
  fill_environment(session.console, container);
  if (auto secrets = resolve_files(session, *container.mutable_secrets(), true); !secrets) return secrets;
  if (auto configs = resolve_files(session, *container.mutable_configs(), false); !configs) return configs;
  return resolve_networks(session, *spec.mutable_task());
}

int converge(Session& session, const std::string& service_id, const std::string& shown) {
  std::optional<Progress> progress;
  std::string last;
  while (true) {
    const auto seen = see(session, service_id);
    if (!seen) return session.fail(seen.refusal());
    if (!progress) {
      const std::int64_t monitor = seen->service.spec().update().monitor_ns();
      progress.emplace(shown, monitor > 0 ? monitor : kMonitor);
    }
    const ProgressLine line = progress->look(*seen, session.console.now());
    if (line.text != last) session.console.out << line.text << std::endl;
    last = line.text;
    if (line.failure) return kFailed;
    if (line.over) return kDone;
    session.console.pause(kLookEvery);
  }
}

}  // namespace skein::cli
