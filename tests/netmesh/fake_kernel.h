// A kernel made of values: carries steps out on a Seen, without root. For planner scripts, and the dumb side of the
// property that carrying out a plan leaves nothing to plan.
#pragma once
#include "netmesh/plan.h"

namespace skein::mesh {

class FakeKernel {
 public:
  void carry_out(const Step& step);
  Seen& seen() { return seen_; }

 private:
  SeenLink& add_link(const std::string& name, const std::string& kind);
  void edit(RuleSet& rules, const RuleEdit& edit);
  void remove_link(const std::string& name);
  Seen seen_;
  int next_index_ = 10;
};

}  // namespace skein::mesh
