#include "actors/plan/constraint.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace skein::plan {
namespace {

Node a_node() {
  Node node;
  node.set_id("n1abc");
  node.set_role(MANAGER);
  node.mutable_description()->set_hostname("Alpha");
  node.mutable_description()->mutable_platform()->set_os("linux");
  node.mutable_description()->mutable_platform()->set_architecture("x86_64");
  node.mutable_status()->set_addr("10.1.2.3");
  Label& rack = *node.mutable_spec()->add_labels();
  rack.set_key("Rack");
  rack.set_value("R1");
  Label& disk = *node.mutable_description()->add_engine_labels();
  disk.set_key("disk");
  disk.set_value("ssd");
  return node;
}

struct Case {
  const char* constraints;  // joined by ','
  bool satisfied;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.constraints; }

class ConstraintTable : public testing::TestWithParam<Case> {};

TEST_P(ConstraintTable, HoldsAsSwarmSays) {
  Placement placement;
  std::string rest = GetParam().constraints;
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    placement.add_constraints(rest.substr(0, comma));
    rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
  }
  EXPECT_EQ(Constraints{placement}.satisfied_by(a_node()), GetParam().satisfied);
}

INSTANTIATE_TEST_SUITE_P(Rows, ConstraintTable,
                         testing::Values(Case{"", true},                            //
                                         Case{"node.id==n1abc", true},              //
                                         Case{"node.id==N1ABC", true},              // values without case
                                         Case{"node.id!=n1abc", false},             //
                                         Case{"NODE.Hostname==alpha", true},        // keys without case
                                         Case{"node.hostname==alph", false},        // as a whole
                                         Case{"node.hostname==al.*", false},        // no patterns
                                         Case{"node.role==manager", true},          //
                                         Case{"node.role!=worker", true},           //
                                         Case{"node.role==worker", false},          //
                                         Case{"node.platform.os==Linux", true},     //
                                         Case{"node.platform.arch==x86_64", true},  //
                                         Case{"node.platform.arch==amd64", false},  // no synonyms here
                                         Case{"node.labels.Rack==r1", true},        //
                                         Case{"node.labels.rack==r1", false},       // label keys keep case
                                         Case{"Node.Labels.Rack==r1", true},        // their prefix does not
                                         Case{"node.labels.none!=x", true},         // missing is empty
                                         Case{"node.labels.none==x", false},        //
                                         Case{"engine.labels.disk==ssd", true},     //
                                         Case{"engine.labels.Rack==R1", false},     //
                                         Case{"node.ip==10.1.2.3", true},           //
                                         Case{"node.ip!=10.1.2.3", false},          //
                                         Case{"node.ip==10.1.0.0/16", true},        //
                                         Case{"node.ip!=10.1.0.0/16", false},       //
                                         Case{"node.ip==10.2.0.0/16", false},       //
                                         Case{"node.ip!=10.2.0.0/16", true},        //
                                         Case{"node.ip!=nonsense", false},          // malformed never holds
                                         Case{"node.colour==red", false},           // unknown key
                                         Case{"node.colour!=red", false},           //
                                         Case{"node.role==manager,node.labels.Rack==R1", true},   //
                                         Case{"node.role==manager,node.labels.Rack==R2", false},  //
                                         Case{"node.role=worker", true}  // does not parse: no constraint at all
                                         ));

TEST(Constraints, NodeIpNeedsAnAddressToBeEqual) {
  Placement placement;
  placement.add_constraints("node.ip==10.0.0.0/8");
  EXPECT_FALSE(Constraints{placement}.satisfied_by(Node{}));
  placement.set_constraints(0, "node.ip!=10.0.0.0/8");
  EXPECT_TRUE(Constraints{placement}.satisfied_by(Node{}));
}

}  // namespace
}  // namespace skein::plan
