#include "events/domain/file.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "events/domain/stamp.h"

namespace skein::file {
namespace {

bool alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool allowed_inside(char c) { return alphanumeric(c) || c == '-' || c == '_' || c == '.'; }

std::string sized(const Kind& kind) {
  return std::string{kind.word} + " data must be larger than 0 and less than " + std::to_string(kind.data_bytes_end) +
         " bytes";
}

// Takes as long for a near miss as for a far one: what is compared may be a secret.
bool same_data(const std::string& a, const std::string& b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Refusal not_found(const Kind& kind, const File& state) {
  return {Errc::not_found, std::string{kind.word} + " " + state.id() + " not found"};
}

std::string joined(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax) return false;
  return alphanumeric(name.front()) && alphanumeric(name.back()) &&
         std::all_of(name.begin(), name.end(), allowed_inside);
}

Result<void> validate(const Kind& kind, const FileSpec& spec, const std::string& data) {
  if (spec.name().empty()) return Refusal{Errc::invalid, "name must be provided"};
  if (!is_name(spec.name())) {
    return Refusal{Errc::invalid,
                   "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be "
                   "[a-zA-Z0-9]"};
  }
  const bool driven = kind.may_be_driven && !spec.driver().empty();
  if (driven && data.empty()) return {};
  if (data.empty() || data.size() >= kind.data_bytes_end) return Refusal{Errc::invalid, sized(kind)};
  return {};
}

FileSpec detach_data(const FileSpec& spec, const std::string& data, Rng& rng, Decision& decision) {
  FileSpec detached = spec;
  detached.clear_payload();  // a caller cannot name somebody else's payload
  detached.set_payload_size(data.size());
  if (!data.empty()) detached.set_payload(detach_into(decision, data, rng));
  return detached;
}

Result<bool> check_relabel(const Kind& kind, const File& state, const Relabel& relabel, const Payload& stored) {
  if (state.revision() == 0) return not_found(kind, state);
  const bool renamed = relabel.spec.name() != state.spec().name();
  if (renamed || (relabel.data != nullptr && !same_data(*relabel.data, stored.data())))
    return Refusal{Errc::invalid, "only updates to Labels are allowed"};
  if (relabel.expected_revision != state.revision()) return Refusal{Errc::out_of_sequence, "update out of sequence"};
  return !same_list(relabel.spec.labels(), state.spec().labels());
}

Result<void> check_remove(const Kind& kind, const File& state, const std::vector<std::string>& services) {
  if (state.revision() == 0) return not_found(kind, state);
  if (services.empty()) return {};
  return Refusal{Errc::in_use, std::string{kind.word} + " '" + state.spec().name() + "' is in use by the following " +
                                   (services.size() == 1 ? "service: " : "services: ") + joined(services)};
}

void erase_data(const File& state, Decision& decision) { erase_payload(state.spec().payload(), decision); }

void create(File& state, const std::string& id, const FileSpec& spec, const RecordHead& head) {
  stamp_created(state, id, head);
  *state.mutable_spec() = spec;
}

void relabel(File& state, const google::protobuf::RepeatedPtrField<Label>& labels, const RecordHead& head) {
  *state.mutable_spec()->mutable_labels() = labels;
  stamp_changed(state, head);
}

}  // namespace skein::file
