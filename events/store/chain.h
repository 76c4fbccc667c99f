// The chain of digests: what makes a history provable. Each record's digest covers the one before it.
//
//   digest(i) = SHA-256( digest(i-1) || canonical bytes of record i )       digest(0) = 32 zero bytes
//
// Canonical bytes: the record serialised by protobuf with `digest` empty. They are one and the same for every manager
// because no stored message has a map field and field numbers only grow (docs/design/event-log.md).
// Pure; any thread (each thread reuses a hashing context of its own).
#pragma once
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "events/proto/record.pb.h"
#include "events/store/event_log.h"

namespace skein {

inline constexpr std::size_t kDigestBytes = 32;
using Digest = std::array<char, kDigestBytes>;

inline std::string_view view(const Digest& digest) { return {digest.data(), digest.size()}; }

Digest sha256(std::string_view first, std::string_view second = {});  // of first || second

// Appends the canonical bytes of `record` to `out`.
void append_canonical(const Record& record, std::string& out);

// Events refer to a detached payload by SHA-256(salt || data).
std::string payload_digest(std::string_view salt, std::string_view data);

// The position after `record`.
LogPosition position_of(const Record& record);
// The position before all records.
LogPosition log_start();

}  // namespace skein
