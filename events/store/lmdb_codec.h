// How keys and values lie in LMDB, before sealing. Byte by byte: docs/design/event-log.md. Pure; any thread.
//
// A stored record is  digest (32) | time (8) | term (8) | canonical bytes : what verifying and searching need comes
// first, and what was hashed lies there as it was hashed, so reading never serialises again.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/store/event_log.h"

namespace skein {

inline constexpr std::size_t kRecordHeadBytes = 48;

// MDB_INTEGERKEY: the machine's own byte order (every machine we build for is little-endian).
class IntegerKey {
 public:
  explicit IntegerKey(LogIndex index) : value_{index.value()} {}
  std::string_view bytes() const { return {reinterpret_cast<const char*>(&value_), sizeof value_}; }
  static LogIndex parse(std::string_view bytes);

 private:
  std::uint64_t value_;
};

// Snapshots sort by index, then chunk: both big-endian.
class ChunkKey {
 public:
  static constexpr std::size_t kBytes = 12;
  ChunkKey(LogIndex index, std::uint32_t chunk);
  std::string_view bytes() const { return {bytes_.data(), bytes_.size()}; }
  static LogIndex index_of(std::string_view bytes);
  static std::uint32_t chunk_of(std::string_view bytes);

 private:
  std::array<char, kBytes> bytes_;
};

// `out` becomes head and canonical bytes; returns the canonical part.
std::string_view encode_record(const Record& record, std::string& out);
// The head alone; nullopt: too short.
std::optional<LogPosition> decode_head(LogIndex index, std::string_view plain);
// The record, if its bytes are what its digest says after `previous`; nullptr if not.
RecordPtr decode_record(LogIndex index, std::string_view previous, std::string_view plain);

std::string encode_position(const LogPosition& position);
std::optional<LogPosition> decode_position(std::string_view bytes);
std::string encode_hard_state(const HardState& state);
std::optional<HardState> decode_hard_state(std::string_view bytes);

std::string encode_u32(std::uint32_t value);  // little-endian
std::string encode_u64(std::uint64_t value);
std::uint32_t decode_u32(std::string_view bytes);  // REQUIRES at least 4 bytes
std::uint64_t decode_u64(std::string_view bytes);  // REQUIRES at least 8 bytes

}  // namespace skein
