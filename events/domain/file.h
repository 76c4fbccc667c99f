// What secrets and configs share: a small named file handed to tasks. Only limits and words differ, by kind.
//
// Data never changes after creation and never lies in the log: it is a detached payload, erased with the file.
// Messages never contain data. Invariants and refusals: see secret.h and config.h, which are all that others include.
// Source: swarmkit manager/controlapi/secret.go and config.go; swarm-features section 15. Pure: any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/domain/decision.h"
#include "events/proto/state.pb.h"

namespace skein::file {

struct Kind {
  std::string_view word;       // "secret", "config": as refusals say it
  std::size_t data_bytes_end;  // data must be smaller than this
  bool may_be_driven;          // a driver may provide the data (secrets only)
};

inline constexpr std::size_t kNameBytesMax = 64;

struct Relabel {
  std::uint64_t expected_revision;
  const FileSpec& spec;
  const std::string* data;  // nullptr: not given
};

bool is_name(std::string_view name);

Result<void> validate(const Kind& kind, const FileSpec& spec, const std::string& data);
// `spec` with its payload set, or unset when a driver provides the data.
FileSpec detach_data(const FileSpec& spec, const std::string& data, Rng& rng, Decision& decision);
// Refused: not found; name or data differ; revision moved on. True when labels differ, so that there is something to
// do.
Result<bool> check_relabel(const Kind& kind, const File& state, const Relabel& relabel, const Payload& stored);
// Refused: not found; services use it, which are named.
Result<void> check_remove(const Kind& kind, const File& state, const std::vector<std::string>& services);
void erase_data(const File& state, Decision& decision);

void create(File& state, const std::string& id, const FileSpec& spec, const RecordHead& head);
void relabel(File& state, const google::protobuf::RepeatedPtrField<Label>& labels, const RecordHead& head);

}  // namespace skein::file
