// LmdbPayloads: detached payloads, each sealed under a key of its own that can be destroyed (key_slots.h).
//
// Value: slot of the key (4 bytes) || the Payload sealed under that key. Put happens inside the log's write
// transaction; the keys are flushed before it commits, so a committed payload always has its key. Threads: one writer,
// any number of readers. Errors: Errc::fault; not_found for what was erased.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "events/base/result.h"
#include "events/store/event_log.h"
#include "events/store/key_slots.h"
#include "events/store/lmdb_env.h"
#include "events/store/sealing.h"

namespace skein {

class LmdbPayloads {
 public:
  // `env` and `sealer` must outlive this.
  static Result<std::unique_ptr<LmdbPayloads>> open(LmdbEnv& env, const Sealer& sealer, MDB_dbi dbi);

  // Slots taken for a transaction that is not committed yet.
  using Slots = std::vector<std::uint32_t>;
  Result<void> put(LmdbTxn& txn, const std::vector<Payload>& payloads, Slots& taken);
  void give_back(const Slots& taken);  // the transaction failed

  Result<Payload> get(const std::string& digest) const;
  Result<void> erase(const std::string& digest);

 private:
  LmdbPayloads(LmdbEnv& env, const Sealer& sealer, MDB_dbi dbi) : env_{env}, sealer_{sealer}, dbi_{dbi} {}
  Result<std::set<std::uint32_t>> used_slots() const;
  Result<void> put_one(LmdbTxn& txn, const Payload& payload, Slots& taken);
  Result<std::optional<std::string>> value(const std::string& digest) const;
  Refusal damaged() const;

  LmdbEnv& env_;
  const Sealer& sealer_;
  MDB_dbi dbi_;
  std::optional<KeySlots> slots_;
};

}  // namespace skein
