// Placement constraints: `key==value` or `key!=value`, parsed. Evaluation against nodes is actors/plan's.
//
// Key: [a-zA-Z_][a-zA-Z0-9._-]+ ; value: one or more of [a-zA-Z0-9:\-_ .*()?+[\]\\^$|/] and white space. Blanks around
// both are dropped. Values are compared as a whole, without case; the characters of a pattern mean nothing special.
// Label keys (node.labels.X, engine.labels.X) keep their case; other keys are compared without it.
// Source: swarmkit manager/constraint/constraint.go, swarm-features section 9. Pure: any thread.
#pragma once
#include <string>
#include <string_view>

#include "events/base/result.h"

namespace skein::constraint {

enum class Operator : unsigned char { eq, noteq };

struct Expression {
  std::string key;  // as written
  Operator op = Operator::eq;
  std::string value;
  bool operator==(const Expression&) const = default;
};

// Refused, all Errc::invalid: no operator or a single `=` (the text names both), key or value of bad
// form.
Result<Expression> parse(std::string_view text);

// Whether a node whose key has the value `actual` (empty if it has none) fulfils the expression.
bool matches(const Expression& expression, std::string_view actual);

bool equal_ignoring_case(std::string_view a, std::string_view b);  // ASCII

}  // namespace skein::constraint
