#include "events/domain/config.h"

#include <utility>

#include "events/domain/file.h"
#include "events/domain/stamp.h"

namespace skein::config {
namespace {

constexpr file::Kind kKind{.word = "config", .data_bytes_end = kDataBytesEnd, .may_be_driven = false};

}  // namespace

Result<Decision> decide(const File& state, const CreateConfig& command, const DecideContext& context) {
  if (auto valid = file::validate(kKind, command.spec(), command.data()); !valid) return valid.refusal();
  if (state.revision() != 0)
    return Refusal{Errc::already_exists, "config " + command.spec().name() + " already exists"};
  Decision decision;
  Event event = event_for(state.id());
  *event.mutable_config_created()->mutable_spec() =
      file::detach_data(command.spec(), command.data(), context.rng, decision);
  decision.events.push_back(std::move(event));
  return decision;
}

Result<Decision> decide(const File& state, const RelabelConfig& command, const Payload& stored, const DecideContext&) {
  const std::string* data = command.has_data() ? &command.data() : nullptr;
  const file::Relabel asked{command.expected_revision(), command.spec(), data};
  const auto differs = file::check_relabel(kKind, state, asked, stored);
  if (!differs) return differs.refusal();
  Decision decision;
  if (!*differs) return decision;
  Event event = event_for(state.id());
  *event.mutable_config_relabelled()->mutable_labels() = command.spec().labels();
  decision.events.push_back(std::move(event));
  return decision;
}

Result<Decision> decide(const File& state, const RemoveConfig&, const std::vector<std::string>& services,
                        const DecideContext&) {
  if (auto allowed = file::check_remove(kKind, state, services); !allowed) return allowed.refusal();
  Decision decision;
  Event event = event_for(state.id());
  event.mutable_config_removed();
  decision.events.push_back(std::move(event));
  file::erase_data(state, decision);
  return decision;
}

void evolve(File& state, const Event& event, const RecordHead& head) {
  switch (event.body_case()) {
    case Event::kConfigCreated:
      return file::create(state, event.id(), event.config_created().spec(), head);
    case Event::kConfigRelabelled:
      return file::relabel(state, event.config_relabelled().labels(), head);
    case Event::kConfigRemoved:
      return stamp_changed(state, head);
    default:
      CHECK(false, "not an event of a config");
  }
}

}  // namespace skein::config
