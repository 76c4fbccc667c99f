// KeySlots: the sealed keys of payloads, in a file where a key can truly be destroyed.
//
// LMDB never writes in place: a deleted value, and older copies of its page, stay in the file until some later commit
// happens to reuse them. So each payload's own key lies outside LMDB, in a slot of this file, and erasing overwrites
// that slot in place and flushes; what is left of the payload anywhere is then noise. (The promise ends at the file:
// what a flash disk keeps of an overwritten block is beyond any program; the whole key file is sealed under the data
// key for that reason.)
//
//   file = slot 0 | slot 1 | ...       slot = sealed key (60 bytes) || 4 zero bytes       64 zero bytes: empty
//
// Which slot is whose is written with the payload in LMDB. Owned by LmdbLog; one writer, readers at once.
// Errors: Errc::fault naming the file.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/result.h"
#include "events/store/disk_file.h"
#include "events/store/sealing.h"

namespace skein {

class KeySlots {
 public:
  // `used`: the slots LMDB refers to. `sealer` must outlive this.
  static Result<KeySlots> open(const std::string& path, const Sealer& sealer, const std::set<std::uint32_t>& used);

  // Takes a free slot for `key`, bound to `digest`. Durable only after sync().
  Result<std::uint32_t> put(const std::string& digest, const DataKey& key);
  Result<void> sync() { return file_.sync(); }
  // not_found: erased. fault: damaged, or a wrong data key.
  Result<DataKey> get(std::uint32_t slot, const std::string& digest) const;
  Result<void> destroy(std::uint32_t slot);  // durable on return; the slot stays taken until release()
  void release(std::uint32_t slot) { free_.push_back(slot); }

 private:
  KeySlots(DiskFile file, const Sealer& sealer) : file_{std::move(file)}, sealer_{&sealer} {}
  DiskFile file_;
  const Sealer* sealer_;
  std::vector<std::uint32_t> free_;
  std::uint32_t count_ = 0;  // slots the file has room for
};

}  // namespace skein
