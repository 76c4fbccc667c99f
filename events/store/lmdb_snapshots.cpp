#include "events/store/lmdb_snapshots.h"

#include <algorithm>
#include <climits>

#include "events/base/check.h"
#include "events/store/chain.h"
#include "events/store/lmdb_codec.h"

namespace skein {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{4} << 20;
constexpr std::uint32_t kChunksPerCommit = 4;

}  // namespace

// Chunk 0: size of the whole (8) | number of chunks after it (4) | SHA-256 of the whole (32).
struct LmdbSnapshots::Head {
  std::uint64_t bytes = 0;
  std::uint32_t chunks = 0;
  std::string digest;

  static Head of(std::string_view whole) {
    return {whole.size(), static_cast<std::uint32_t>((whole.size() + kChunkBytes - 1) / kChunkBytes),
            std::string{view(sha256(whole))}};
  }
  static std::optional<Head> parse(std::string_view bytes) {
    if (bytes.size() != 12 + kDigestBytes) return std::nullopt;
    return Head{decode_u64(bytes), decode_u32(bytes.substr(8)), std::string{bytes.substr(12)}};
  }
  std::string serialise() const { return encode_u64(bytes) + encode_u32(chunks) + digest; }
};

Result<std::unique_ptr<LmdbSnapshots>> LmdbSnapshots::open(LmdbEnv& env, const Sealer& sealer, MDB_dbi dbi) {
  std::unique_ptr<LmdbSnapshots> snapshots{new LmdbSnapshots{env, sealer, dbi}};
  if (auto cleared = snapshots->clear_unfinished(); !cleared) return cleared.refusal();
  return snapshots;
}

Refusal LmdbSnapshots::damaged(LogIndex index) const {
  return {Errc::fault, "the event log in " + env_.directory() + " is damaged: snapshot at " +
                           std::to_string(index.value()) + " does not verify; drop it, an earlier one will do"};
}

Result<std::vector<LogIndex>> LmdbSnapshots::indexes(bool whole) const {
  LmdbTxn txn;
  LmdbCursor cursor;
  if (auto begun = env_.begin_read(txn); !begun) return begun.refusal();
  if (const int code = cursor.open(txn, dbi_); code != 0) return env_.refusal(code);
  std::vector<LogIndex> out;
  int code = cursor.move(MDB_FIRST);
  while (code == 0) {
    if (cursor.key().size() != ChunkKey::kBytes) return env_.refusal(MDB_CORRUPTED);
    const LogIndex index = ChunkKey::index_of(cursor.key());
    if ((ChunkKey::chunk_of(cursor.key()) == 0) == whole) out.push_back(index);
    const ChunkKey after{next(index), 0};
    code = cursor.seek(after.bytes(), MDB_SET_RANGE);
  }
  if (code != MDB_NOTFOUND) return env_.refusal(code);
  return out;
}

Result<std::vector<LogIndex>> LmdbSnapshots::list() const { return indexes(true); }

Result<void> LmdbSnapshots::clear_unfinished() {
  {
    LmdbTxn txn;
    if (auto begun = env_.begin_read(txn); !begun) return begun;
    if (auto whole = env_.check_count(txn, dbi_); !whole) return whole;
  }
  const auto unfinished = indexes(false);
  if (!unfinished) return unfinished.refusal();
  for (const LogIndex index : *unfinished) {
    if (auto dropped = drop_locked(index); !dropped) return dropped;
  }
  return {};
}

int LmdbSnapshots::put_chunk(LmdbTxn& txn, LogIndex index, std::uint32_t number, std::string_view plain) {
  const ChunkKey key{index, number};
  char* room = nullptr;
  if (const int code = txn.reserve(dbi_, key.bytes(), plain.size() + kSealBytes, 0, room); code != 0) return code;
  sealer_.seal({"snapshots", key.bytes()}, plain, room);
  return 0;
}

Result<void> LmdbSnapshots::put_chunks(LogIndex index, std::string_view bytes) {
  std::uint32_t number = 0;
  while (!bytes.empty()) {
    LmdbTxn txn;
    if (auto begun = env_.begin_write(txn); !begun) return begun.refusal();
    for (std::uint32_t in_commit = 0; in_commit < kChunksPerCommit && !bytes.empty(); ++in_commit) {
      if (const int code = put_chunk(txn, index, ++number, bytes.substr(0, kChunkBytes)); code != 0)
        return env_.refusal(code);
      bytes.remove_prefix(std::min(kChunkBytes, bytes.size()));
    }
    if (auto done = env_.commit(txn); !done) return done;
  }
  return {};
}

Result<void> LmdbSnapshots::save(const Snapshot& snapshot) {
  CHECK(snapshot.ByteSizeLong() <= INT_MAX, "a snapshot must stay below 2 GiB");
  const LogIndex index{snapshot.index()};
  const std::string bytes = snapshot.SerializeAsString();
  const std::lock_guard saving{saving_};
  if (auto dropped = drop_locked(index); !dropped) return dropped;
  auto put = put_chunks(index, bytes);
  if (put) put = put_head(index, Head::of(bytes).serialise());
  if (!put) (void)drop_locked(index);  // gives the room back; if even that fails, the next start clears it
  return put;
}

Result<void> LmdbSnapshots::put_head(LogIndex index, std::string_view head) {
  LmdbTxn txn;
  if (auto begun = env_.begin_write(txn); !begun) return begun;
  if (const int code = put_chunk(txn, index, 0, head); code != 0) return env_.refusal(code);
  return env_.commit(txn);
}

Result<void> LmdbSnapshots::drop(LogIndex index) {
  const std::lock_guard saving{saving_};
  return drop_locked(index);
}

// From chunk 0 up, in one commit: deleting only touches the pages that hold keys.
Result<void> LmdbSnapshots::drop_locked(LogIndex index) {
  LmdbTxn txn;
  if (auto begun = env_.begin_write(txn); !begun) return begun.refusal();
  {
    LmdbCursor cursor;
    if (const int code = cursor.open(txn, dbi_); code != 0) return env_.refusal(code);
    const ChunkKey from{index, 0};
    int code = cursor.seek(from.bytes(), MDB_SET_RANGE);
    while (code == 0 && ChunkKey::index_of(cursor.key()) == index) {
      if (code = cursor.del(); code == 0) code = cursor.seek(from.bytes(), MDB_SET_RANGE);
    }
    if (code != 0 && code != MDB_NOTFOUND) return env_.refusal(code);
  }
  return env_.commit(txn);
}

Result<std::optional<std::string>> LmdbSnapshots::chunk(LogIndex index, std::uint32_t number) const {
  const ChunkKey key{index, number};
  LmdbTxn txn;
  std::optional<std::string_view> sealed;
  if (auto begun = env_.begin_read(txn); !begun) return begun.refusal();
  if (const int code = txn.get(dbi_, key.bytes(), sealed); code != 0) return env_.refusal(code);
  if (!sealed) return std::optional<std::string>{};
  std::string plain;
  if (!sealer_.unseal({"snapshots", key.bytes()}, *sealed, plain)) return damaged(index);
  return std::optional{std::move(plain)};
}

Result<std::shared_ptr<const Snapshot>> LmdbSnapshots::load(LogIndex index) const {
  const auto first = chunk(index, 0);
  if (!first) return first.refusal();
  const auto head = *first ? Head::parse(**first) : std::nullopt;
  if (!head || head->bytes > INT_MAX) return damaged(index);
  std::string bytes;
  bytes.reserve(head->bytes);
  for (std::uint32_t number = 1; number <= head->chunks; ++number) {
    const auto part = chunk(index, number);
    if (!part) return part.refusal();
    if (!*part) return damaged(index);
    bytes += **part;
  }
  auto snapshot = std::make_shared<Snapshot>();
  if (bytes.size() != head->bytes || view(sha256(bytes)) != head->digest) return damaged(index);
  if (!snapshot->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return damaged(index);
  return std::shared_ptr<const Snapshot>{std::move(snapshot)};
}

Result<std::shared_ptr<const Snapshot>> LmdbSnapshots::before(LogIndex index) const {
  const auto all = list();
  if (!all) return all.refusal();
  const auto after = std::upper_bound(all->begin(), all->end(), index);
  if (after == all->begin()) return std::shared_ptr<const Snapshot>{};
  return load(*std::prev(after));
}

}  // namespace skein
