#include "events/store/lmdb_env.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "events/base/check.h"

namespace skein {
namespace {

constexpr unsigned kReadersMax = 1024;
constexpr unsigned kDatabasesMax = 16;
constexpr std::size_t kMapBytesMin = std::size_t{1} << 20;

bool is_damage(int code) {
  return code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND || code == MDB_INVALID || code == MDB_BAD_TXN ||
         code == MDB_VERSION_MISMATCH || code == MDB_PANIC;
}

Result<void> make_directory(const std::string& directory) {
  std::error_code error;
  if (std::filesystem::create_directories(directory, error)) {
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  }
  if (error) return Refusal{Errc::fault, "cannot make directory " + directory + ": " + error.message()};
  return {};
}

Result<DiskFile> take_lock(const std::string& directory) {
  auto lock = DiskFile::open(directory + "/owner.lock", O_RDWR | O_CREAT);
  if (!lock) return lock;
  if (auto held = lock->try_lock(); !held) {
    if (held.refusal().code != Errc::conflict) return held.refusal();
    return Refusal{Errc::conflict, "the event log in " + directory + " is in use by another process"};
  }
  return lock;
}

std::size_t map_bytes_for(const std::string& directory, std::size_t wanted) {
  std::error_code none_yet;
  const auto size = std::filesystem::file_size(directory + "/data.mdb", none_yet);
  const std::size_t doubled = none_yet ? 0 : std::size_t{size} * 2;
  constexpr std::size_t kPage = 4096;
  return (std::max({wanted, doubled, kMapBytesMin}) + kPage - 1) / kPage * kPage;
}

}  // namespace

Refusal lmdb_refusal(int code, const std::string& directory) {
  const std::string log = "the event log in " + directory;
  if (code == MDB_MAP_FULL)
    return {Errc::exhausted, log + " has reached the size it was opened with; restart this manager to let it grow"};
  if (code == ENOSPC || code == EDQUOT || code == EFBIG)
    return {Errc::exhausted, "no space left on the disk that holds " + log + "; free some and try again"};
  if (code == EIO)
    return {Errc::fault, "the disk that holds " + log + " failed (input/output error); check it, then restart"};
  if (is_damage(code))
    return {Errc::fault, log + " is damaged (" + mdb_strerror(code) +
                             "); restore it from a backup, or remove this manager and let it join anew"};
  return {Errc::fault, log + ": " + mdb_strerror(code)};
}

LmdbTxn::~LmdbTxn() {
  if (txn_ != nullptr) mdb_txn_abort(txn_);
}

int LmdbTxn::get(MDB_dbi dbi, std::string_view key, std::optional<std::string_view>& value) const {
  MDB_val k = lmdb_value(key);
  MDB_val v{};
  const int code = mdb_get(txn_, dbi, &k, &v);
  value = code == 0 ? std::optional{view(v)} : std::nullopt;
  return code == MDB_NOTFOUND ? 0 : code;
}

int LmdbTxn::put(MDB_dbi dbi, std::string_view key, std::string_view value) {
  MDB_val k = lmdb_value(key);
  MDB_val v = lmdb_value(value);
  return mdb_put(txn_, dbi, &k, &v, 0);
}

int LmdbTxn::reserve(MDB_dbi dbi, std::string_view key, std::size_t size, unsigned flags, char*& room) {
  MDB_val k = lmdb_value(key);
  MDB_val v{size, nullptr};
  const int code = mdb_put(txn_, dbi, &k, &v, flags | MDB_RESERVE);
  room = static_cast<char*>(v.mv_data);
  return code;
}

int LmdbTxn::del(MDB_dbi dbi, std::string_view key) {
  MDB_val k = lmdb_value(key);
  const int code = mdb_del(txn_, dbi, &k, nullptr);
  return code == MDB_NOTFOUND ? 0 : code;
}

LmdbCursor::~LmdbCursor() {
  if (cursor_ != nullptr) mdb_cursor_close(cursor_);
}

int LmdbCursor::seek(std::string_view key, MDB_cursor_op op) {
  key_ = lmdb_value(key);
  return move(op);
}

Result<std::unique_ptr<LmdbEnv>> LmdbEnv::open(const std::string& directory, std::size_t map_bytes) {
  if (auto made = make_directory(directory); !made) return made.refusal();
  auto lock = take_lock(directory);
  if (!lock) return lock.refusal();
  std::unique_ptr<LmdbEnv> env{new LmdbEnv{directory, std::move(*lock)}};
  if (auto opened = env->open_map(map_bytes_for(directory, map_bytes)); !opened) return opened.refusal();
  if (auto whole = env->check_size(); !whole) return whole.refusal();
  if (auto synced = sync_directory_of(directory + "/data.mdb"); !synced) return synced.refusal();
  return env;
}

// A machine that limits address space gets a smaller map: half as often as it takes.
Result<void> LmdbEnv::open_map(std::size_t map_bytes) {
  for (;; map_bytes /= 2) {
    CHECK(mdb_env_create(&env_) == 0);
    CHECK(mdb_env_set_mapsize(env_, map_bytes) == 0);
    CHECK(mdb_env_set_maxreaders(env_, kReadersMax) == 0);
    CHECK(mdb_env_set_maxdbs(env_, kDatabasesMax) == 0);
    const int code = mdb_env_open(env_, directory_.c_str(), MDB_NOTLS | MDB_NORDAHEAD, 0600);
    if (code == 0) return {};
    mdb_env_close(std::exchange(env_, nullptr));
    if (code != ENOMEM || map_bytes / 2 < kMapBytesMin) return refusal(code);
  }
}

// LMDB trusts its file; touching a page past the end of a torn one would end the process. A whole file may end early
// too: pages that were numbered and freed in one commit are never written. So a short file is first made long enough
// to be looked at, then every page it lacked must be a free one.
Result<void> LmdbEnv::check_size() {
  MDB_envinfo info{};
  MDB_stat stat{};
  CHECK(mdb_env_info(env_, &info) == 0 && mdb_env_stat(env_, &stat) == 0);
  fresh_ = info.me_last_txnid == 0;
  auto file = DiskFile::open(directory_ + "/data.mdb", O_RDWR);
  if (!file) return file.refusal();
  const auto size = file->size();
  if (!size) return size.refusal();
  const std::uint64_t needed = (info.me_last_pgno + 1) * std::uint64_t{stat.ms_psize};
  if (*size >= needed) return {};
  if (ftruncate(file->fd(), static_cast<off_t>(needed)) != 0) return refusal(errno);
  if (free_pages_from(*size / stat.ms_psize) == info.me_last_pgno + 1 - *size / stat.ms_psize) return {};
  if (ftruncate(file->fd(), static_cast<off_t>(*size)) != 0) return refusal(errno);
  return refusal(MDB_CORRUPTED);
}

// LMDB's database 0 holds lists of free pages: a count, then as many page numbers.
std::uint64_t LmdbEnv::free_pages_from(std::uint64_t first) const {
  constexpr MDB_dbi kFreeDatabase = 0;
  LmdbTxn txn;
  LmdbCursor cursor;
  if (!begin_read(txn) || cursor.open(txn, kFreeDatabase) != 0) return 0;
  std::uint64_t found = 0;
  for (int code = cursor.move(MDB_FIRST); code == 0; code = cursor.move(MDB_NEXT)) {
    for (std::size_t at = sizeof(std::size_t); at + sizeof(std::size_t) <= cursor.value().size();
         at += sizeof(std::size_t)) {
      std::size_t page = 0;
      std::memcpy(&page, cursor.value().data() + at, sizeof page);
      found += page >= first ? 1 : 0;
    }
  }
  return found;
}

LmdbEnv::~LmdbEnv() {
  if (env_ != nullptr) mdb_env_close(env_);
}

Result<void> LmdbEnv::begin(LmdbTxn& txn, unsigned flags) const {
  CHECK(txn.txn_ == nullptr);
  if (const int code = mdb_txn_begin(env_, nullptr, flags, &txn.txn_); code != 0) return refusal(code);
  return {};
}

Result<void> LmdbEnv::begin_read(LmdbTxn& txn) const { return begin(txn, MDB_RDONLY); }

Result<void> LmdbEnv::begin_write(LmdbTxn& txn) const {
  if (const int code = lost_track_; code != 0) return refusal(code);
  return begin(txn, 0);
}

// LMDB reports a write cut short, which is how a filling disk first shows, as an I/O error. Nothing is lost then: the
// page that makes a commit count is written last.
bool LmdbEnv::short_of_room() const {
  constexpr std::uint64_t kLittle = std::uint64_t{64} << 20;
  struct statvfs disk {};
  if (statvfs(directory_.c_str(), &disk) == 0 && disk.f_bavail * disk.f_frsize < kLittle) return true;
  rlimit limit{};
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(directory_ + "/data.mdb", error);
  return !error && getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
         limit.rlim_cur < size + kLittle;
}

Result<void> LmdbEnv::commit(LmdbTxn& txn) {
  const int code = mdb_txn_commit(std::exchange(txn.txn_, nullptr));
  if (code == 0) return {};
  if (code == EIO && short_of_room()) return refusal(ENOSPC);
  if (code == EIO || code == MDB_PANIC) lost_track_ = code;
  return refusal(code);
}

Result<MDB_dbi> LmdbEnv::database(LmdbTxn& txn, const char* name, unsigned flags) const {
  MDB_dbi dbi = 0;
  const int code = mdb_dbi_open(txn.raw(), name, flags | (fresh_ ? MDB_CREATE : 0), &dbi);
  if (code != 0) return refusal(code == MDB_NOTFOUND ? MDB_CORRUPTED : code);
  return dbi;
}

Result<void> LmdbEnv::check_count(const LmdbTxn& txn, MDB_dbi dbi) const {
  LmdbCursor cursor;
  MDB_stat stat{};
  if (const int code = cursor.open(txn, dbi); code != 0) return refusal(code);
  if (const int code = mdb_stat(txn.raw(), dbi, &stat); code != 0) return refusal(code);
  std::size_t met = 0;
  int code = cursor.move(MDB_FIRST);
  for (; code == 0; code = cursor.move(MDB_NEXT)) ++met;
  if (code != MDB_NOTFOUND) return refusal(code);
  return met == stat.ms_entries ? Result<void>{} : refusal(MDB_CORRUPTED);
}

}  // namespace skein
