#include "events/store/lmdb_codec.h"

#include <bit>
#include <climits>
#include <cstring>

#include "events/base/check.h"
#include "events/store/chain.h"

namespace skein {
namespace {

static_assert(std::endian::native == std::endian::little, "the log's integers are stored in native order");

constexpr std::size_t kPositionBytes = 56;

template <class T>
std::string encode_number(T value) {
  std::string out(sizeof value, '\0');
  std::memcpy(out.data(), &value, sizeof value);
  return out;
}

template <class T>
T decode_number(std::string_view bytes) {
  CHECK(bytes.size() >= sizeof(T));
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

// Takes a string written as length and bytes off the front of `rest`.
std::optional<std::string> take_string(std::string_view& rest) {
  if (rest.size() < 4) return std::nullopt;
  const std::uint32_t size = decode_u32(rest);
  rest.remove_prefix(4);
  if (rest.size() < size) return std::nullopt;
  std::string out{rest.substr(0, size)};
  rest.remove_prefix(size);
  return out;
}

}  // namespace

std::string encode_u32(std::uint32_t value) { return encode_number(value); }
std::string encode_u64(std::uint64_t value) { return encode_number(value); }
std::uint32_t decode_u32(std::string_view bytes) { return decode_number<std::uint32_t>(bytes); }
std::uint64_t decode_u64(std::string_view bytes) { return decode_number<std::uint64_t>(bytes); }

LogIndex IntegerKey::parse(std::string_view bytes) { return LogIndex{decode_u64(bytes)}; }

ChunkKey::ChunkKey(LogIndex index, std::uint32_t chunk) {
  for (std::size_t i = 0; i < 8; ++i) bytes_[i] = static_cast<char>(index.value() >> (56 - 8 * i));
  for (std::size_t i = 0; i < 4; ++i) bytes_[8 + i] = static_cast<char>(chunk >> (24 - 8 * i));
}

LogIndex ChunkKey::index_of(std::string_view bytes) {
  CHECK(bytes.size() >= 8);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return LogIndex{value};
}

std::uint32_t ChunkKey::chunk_of(std::string_view bytes) {
  CHECK(bytes.size() >= kBytes);
  std::uint32_t value = 0;
  for (std::size_t i = 8; i < kBytes; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

std::string_view encode_record(const Record& record, std::string& out) {
  CHECK(record.digest().size() == kDigestBytes);
  out.assign(record.digest());
  out += encode_number(record.at_ns());
  out += encode_u64(record.term());
  append_canonical(record, out);
  return std::string_view{out}.substr(kRecordHeadBytes);
}

std::optional<LogPosition> decode_head(LogIndex index, std::string_view plain) {
  if (plain.size() < kRecordHeadBytes) return std::nullopt;
  const auto at_ns = decode_number<std::int64_t>(plain.substr(kDigestBytes));
  const Term term{decode_u64(plain.substr(kDigestBytes + 8))};
  return LogPosition{index, term, at_ns, std::string{plain.substr(0, kDigestBytes)}};
}

RecordPtr decode_record(LogIndex index, std::string_view previous, std::string_view plain) {
  if (plain.size() < kRecordHeadBytes || plain.size() - kRecordHeadBytes > INT_MAX) return nullptr;
  const std::string_view digest = plain.substr(0, kDigestBytes);
  const std::string_view canonical = plain.substr(kRecordHeadBytes);
  if (view(sha256(previous, canonical)) != digest) return nullptr;
  auto record = std::make_shared<Record>();
  if (!record->ParseFromArray(canonical.data(), static_cast<int>(canonical.size()))) return nullptr;
  if (record->index() != index.value()) return nullptr;
  record->set_digest(digest.data(), digest.size());
  return record;
}

std::string encode_position(const LogPosition& position) {
  CHECK(position.digest.size() == kDigestBytes);
  return encode_u64(position.index.value()) + encode_u64(position.term.value()) + encode_number(position.at_ns) +
         position.digest;
}

std::optional<LogPosition> decode_position(std::string_view bytes) {
  if (bytes.size() != kPositionBytes) return std::nullopt;
  return LogPosition{LogIndex{decode_u64(bytes)}, Term{decode_u64(bytes.substr(8))},
                     decode_number<std::int64_t>(bytes.substr(16)), std::string{bytes.substr(24)}};
}

std::string encode_hard_state(const HardState& state) {
  std::string out = encode_u64(state.term.value()) + encode_u64(state.commit.value());
  out += encode_u32(static_cast<std::uint32_t>(state.voted_for.size())) + state.voted_for;
  out += encode_u32(static_cast<std::uint32_t>(state.membership.size())) + state.membership;
  return out;
}

std::optional<HardState> decode_hard_state(std::string_view bytes) {
  if (bytes.size() < 16) return std::nullopt;
  HardState state;
  state.term = Term{decode_u64(bytes)};
  state.commit = LogIndex{decode_u64(bytes.substr(8))};
  std::string_view rest = bytes.substr(16);
  auto voted_for = take_string(rest);
  auto membership = take_string(rest);
  if (!voted_for || !membership || !rest.empty()) return std::nullopt;
  state.voted_for = std::move(*voted_for);
  state.membership = std::move(*membership);
  return state;
}

}  // namespace skein
