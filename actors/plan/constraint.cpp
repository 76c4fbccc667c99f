#include "actors/plan/constraint.h"

#include <optional>
#include <utility>

#include "events/domain/ip_prefix.h"

namespace skein::plan {
namespace {

using constraint::equal_ignoring_case;
using constraint::Expression;

const std::string kEmpty;

const std::string& label_value(const google::protobuf::RepeatedPtrField<Label>& labels, std::string_view key) {
  for (const Label& label : labels) {
    if (label.key() == key) return label.value();
  }
  return kEmpty;
}

// What follows `prefix`, if something does.
std::optional<std::string_view> after_prefix(std::string_view key, std::string_view prefix) {
  if (key.size() <= prefix.size() || !equal_ignoring_case(key.substr(0, prefix.size()), prefix)) return std::nullopt;
  return key.substr(prefix.size());
}

bool ip_holds(const Expression& expression, const std::string& addr) {
  const auto node_ip = IpPrefix::parse_address(addr);
  auto wanted = IpPrefix::parse_address(expression.value);
  if (!wanted) wanted = IpPrefix::parse(expression.value);
  if (!wanted) return false;
  const bool within = node_ip && wanted->contains(*node_ip);
  return within == (expression.op == constraint::Operator::eq);
}

// The value of a key that is neither a label nor the address; nullopt: there is no such key.
std::optional<std::string_view> plain_value(const Node& node, std::string_view key) {
  if (equal_ignoring_case(key, "node.id")) return node.id();
  if (equal_ignoring_case(key, "node.hostname")) return node.description().hostname();
  if (equal_ignoring_case(key, "node.role")) return node.role() == MANAGER ? "manager" : "worker";
  if (equal_ignoring_case(key, "node.platform.os")) return node.description().platform().os();
  if (equal_ignoring_case(key, "node.platform.arch")) return node.description().platform().architecture();
  return std::nullopt;
}

bool holds(const Expression& expression, const Node& node) {
  if (const std::string* label = label_named(node, expression.key)) return constraint::matches(expression, *label);
  if (equal_ignoring_case(expression.key, "node.ip")) return ip_holds(expression, node.status().addr());
  const auto value = plain_value(node, expression.key);
  return value && constraint::matches(expression, *value);
}

}  // namespace

Constraints::Constraints(const Placement& placement) {
  for (const std::string& text : placement.constraints()) {
    Result<Expression> parsed = constraint::parse(text);
    if (!parsed) {
      expressions_.clear();
      return;
    }
    expressions_.push_back(*std::move(parsed));
  }
}

bool Constraints::satisfied_by(const Node& node) const {
  for (const Expression& expression : expressions_) {
    if (!holds(expression, node)) return false;
  }
  return true;
}

const std::string* label_named(const Node& node, std::string_view key) {
  if (const auto k = after_prefix(key, "node.labels.")) return &label_value(node.spec().labels(), *k);
  if (const auto k = after_prefix(key, "engine.labels.")) return &label_value(node.description().engine_labels(), *k);
  return nullptr;
}

}  // namespace skein::plan
