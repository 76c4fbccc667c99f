// DataKey: the 32 bytes that seal a manager's log at rest. Wiped from memory when it goes.
//
// Kept in a file of its own (mode 0600, beside the log) or, when the cluster is auto-locked, wrapped under the unlock
// key: wrap() gives what to store, unwrap() takes it back. Never logged, never part of an error text.
// Value type; any thread. Errors: Errc::fault naming the file; a wrong unlock key is Errc::failed_precondition.
#pragma once
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "events/base/result.h"

namespace skein {

class DataKey {
 public:
  static constexpr std::size_t kBytes = 32;

  static DataKey random();
  static DataKey from_bytes(std::string_view bytes);  // REQUIRES kBytes of them
  // Reads the key in `path`, or makes one there that has reached the disk on return. Refuses a file others can read.
  static Result<DataKey> load_or_create(const std::string& path);

  DataKey(const DataKey&) = default;
  DataKey& operator=(const DataKey&) = default;
  ~DataKey();

  std::string_view bytes() const { return {bytes_.data(), bytes_.size()}; }

  // Sealed under `unlock_key` (any length above zero; it is random, as Docker's SWMKEY is, so one SHA-256 derives).
  std::string wrap(std::string_view unlock_key) const;
  static Result<DataKey> unwrap(std::string_view wrapped, std::string_view unlock_key);

 private:
  DataKey() = default;
  std::array<char, kBytes> bytes_{};
};

}  // namespace skein
