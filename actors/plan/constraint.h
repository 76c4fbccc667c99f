// Constraints: a spec's placement constraints, ready to be held against nodes. All of them must hold.
//
//   node.id  node.hostname  node.role (manager | worker, as observed)  node.platform.os  node.platform.arch
//   node.ip (an address or a CIDR, as the managers see the node)  node.labels.<k>  engine.labels.<k>
//
// Keys are compared without case, except <k>, which is a label's exact key; values as a whole, without case. A value a
// node does not have is the empty string, so `!=` matches nodes without the label. A node never fulfils a constraint
// with an unknown key or a malformed node.ip, whatever the operator.
// A spec with a constraint that does not parse has none at all: such specs are refused when they are made
// (events/domain), and one from an older version must not stop a service for good. Swarm does the same.
// Source: swarmkit manager/constraint/constraint.go, swarm-features section 9. Pure: any thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "events/domain/constraint_expression.h"
#include "events/proto/state.pb.h"

namespace skein::plan {

class Constraints {
 public:
  Constraints() = default;
  explicit Constraints(const Placement& placement);

  bool empty() const { return expressions_.empty(); }
  bool satisfied_by(const Node& node) const;

 private:
  std::vector<constraint::Expression> expressions_;
};

// The label a spread descriptor or constraint key names on this node: "node.labels.<k>" or "engine.labels.<k>", prefix
// without case. "" if the node does not have it; nullptr if `key` names no label.
const std::string* label_named(const Node& node, std::string_view key);

}  // namespace skein::plan
