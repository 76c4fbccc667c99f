// Ids: distinct types for what is otherwise a string or a number, so that one cannot be passed for another.
//
// Object ids are 25 characters of base36, as Docker's (swarmkit identity/randomid.go: 17 random bytes, first digit
// dropped). Inside protobuf messages they are plain strings; the typed form is for signatures, maps and actors.
#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace skein {

template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string text) : text_{std::move(text)} {}
  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }
  auto operator<=>(const Id&) const = default;
  bool operator==(const Id&) const = default;

 private:
  std::string text_;
};

using ClusterId = Id<struct ClusterTag>;
using NodeId = Id<struct NodeTag>;
using ServiceId = Id<struct ServiceTag>;
using TaskId = Id<struct TaskTag>;
using NetworkId = Id<struct NetworkTag>;
using SecretId = Id<struct SecretTag>;
using ConfigId = Id<struct ConfigTag>;
using CommandId = Id<struct CommandTag>;

// A number with a meaning. Arithmetic is spelled out: next(i), i.value().
template <class Tag>
class Number {
 public:
  constexpr Number() = default;
  constexpr explicit Number(std::uint64_t value) : value_{value} {}
  constexpr std::uint64_t value() const { return value_; }
  constexpr auto operator<=>(const Number&) const = default;
  constexpr bool operator==(const Number&) const = default;

 private:
  std::uint64_t value_ = 0;
};

using LogIndex = Number<struct LogIndexTag>;  // position in the log; the first record has 1, 0 means "before all"
using Term = Number<struct TermTag>;          // Raft term; 0 means "before all"

template <class Tag>
constexpr Number<Tag> next(Number<Tag> n) {
  return Number<Tag>{n.value() + 1};
}
template <class Tag>
constexpr Number<Tag> prev(Number<Tag> n) {
  return Number<Tag>{n.value() - 1};
}

class Rng;
std::string random_id(Rng& rng);           // 25 base36 characters
bool is_object_id(std::string_view text);  // has that form

}  // namespace skein

template <class Tag>
struct std::hash<skein::Id<Tag>> {
  std::size_t operator()(const skein::Id<Tag>& id) const noexcept { return std::hash<std::string>{}(id.str()); }
};
template <class Tag>
struct std::hash<skein::Number<Tag>> {
  std::size_t operator()(skein::Number<Tag> n) const noexcept { return std::hash<std::uint64_t>{}(n.value()); }
};
