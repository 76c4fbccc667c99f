// Result: a value or a refusal. Refusals travel to the user; broken invariants never become one (see check.h).
//
// Three kinds of trouble, never mixed: a refusal (bad command: Result), a fault (disk, peer, kernel: the owner of the
// resource retries or reports it; on its way to a caller it is a Result with Errc::fault or unavailable), and a broken
// invariant (CHECK). Nothing here throws; third-party throws are caught where they are called.
#pragma once
#include <string>
#include <utility>
#include <variant>

#include "events/base/check.h"

namespace skein {

// Frozen numbers, append-only; a new code only if a caller can react to it. runtime/http maps them to HTTP status.
enum class Errc : unsigned char {
  ok = 0,
  invalid = 1,              // 400  malformed or senseless request
  not_found = 2,            // 404
  already_exists = 3,       // 409  name conflicts with an existing object
  in_use = 4,               // 400  still referenced
  out_of_sequence = 5,      // 500  the revision moved on (Docker answers 500)
  failed_precondition = 6,  // 400  not in this state
  unavailable = 7,          // 503  not a manager, no leader, locked
  unimplemented = 8,        // 501
  unauthenticated = 9,      // 401
  forbidden = 10,           // 403
  outcome_unknown = 11,     // 500  leadership was lost while the command was under way
  exhausted = 12,           // 500  no address, port or space left
  fault = 13,               // 500  disk, kernel or helper program failed
  conflict = 14,            // 409  other conflicts: container not running, image in use
};

struct Refusal {
  Errc code = Errc::fault;
  std::string text;  // for people: what is wrong and what to do
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : v_{std::in_place_index<0>, std::move(value)} {}            // NOLINT(google-explicit-constructor)
  Result(Refusal refusal) : v_{std::in_place_index<1>, std::move(refusal)} {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return v_.index() == 0; }
  T& operator*() & { return get(); }
  const T& operator*() const& { return get(); }
  T&& operator*() && { return std::move(get()); }
  T* operator->() { return &get(); }
  const T* operator->() const { return &get(); }
  const Refusal& refusal() const {
    CHECK(v_.index() == 1);
    return std::get<1>(v_);
  }

 private:
  T& get() {
    CHECK(v_.index() == 0);
    return std::get<0>(v_);
  }
  const T& get() const {
    CHECK(v_.index() == 0);
    return std::get<0>(v_);
  }
  std::variant<T, Refusal> v_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Refusal refusal) : refusal_{std::move(refusal)}, ok_{false} {}  // NOLINT(google-explicit-constructor)
  explicit operator bool() const { return ok_; }
  const Refusal& refusal() const {
    CHECK(!ok_);
    return refusal_;
  }

 private:
  Refusal refusal_;
  bool ok_ = true;
};

}  // namespace skein
