#include "events/domain/secret.h"

#include <utility>

#include "events/domain/file.h"
#include "events/domain/stamp.h"

namespace skein::secret {
namespace {

constexpr file::Kind kKind{.word = "secret", .data_bytes_end = kDataBytesEnd, .may_be_driven = true};

}  // namespace

Result<Decision> decide(const File& state, const CreateSecret& command, const DecideContext& context) {
  if (auto valid = file::validate(kKind, command.spec(), command.data()); !valid) return valid.refusal();
  if (state.revision() != 0)
    return Refusal{Errc::already_exists, "secret " + command.spec().name() + " already exists"};
  Decision decision;
  Event event = event_for(state.id());
  *event.mutable_secret_created()->mutable_spec() =
      file::detach_data(command.spec(), command.data(), context.rng, decision);
  decision.events.push_back(std::move(event));
  return decision;
}

Result<Decision> decide(const File& state, const RelabelSecret& command, const Payload& stored, const DecideContext&) {
  const std::string* data = command.has_data() ? &command.data() : nullptr;
  const file::Relabel asked{command.expected_revision(), command.spec(), data};
  const auto differs = file::check_relabel(kKind, state, asked, stored);
  if (!differs) return differs.refusal();
  Decision decision;
  if (!*differs) return decision;
  Event event = event_for(state.id());
  *event.mutable_secret_relabelled()->mutable_labels() = command.spec().labels();
  decision.events.push_back(std::move(event));
  return decision;
}

Result<Decision> decide(const File& state, const RemoveSecret&, const std::vector<std::string>& services,
                        const DecideContext&) {
  if (auto allowed = file::check_remove(kKind, state, services); !allowed) return allowed.refusal();
  Decision decision;
  Event event = event_for(state.id());
  event.mutable_secret_removed();
  decision.events.push_back(std::move(event));
  file::erase_data(state, decision);
  return decision;
}

void evolve(File& state, const Event& event, const RecordHead& head) {
  switch (event.body_case()) {
    case Event::kSecretCreated:
      return file::create(state, event.id(), event.secret_created().spec(), head);
    case Event::kSecretRelabelled:
      return file::relabel(state, event.secret_relabelled().labels(), head);
    case Event::kSecretRemoved:
      return stamp_changed(state, head);
    default:
      CHECK(false, "not an event of a secret");
  }
}

}  // namespace skein::secret
