#include "events/domain/service_dirty.h"

#include <gtest/gtest.h>

namespace skein {
namespace {

class Dirty : public testing::Test {
 protected:
  Dirty() {
    ServiceSpec& spec = *now.mutable_spec();
    spec.set_name("web");
    spec.mutable_task()->mutable_container()->set_image("bb:1");
    spec.mutable_replicated()->set_replicas(2);
    now.set_spec_version(8);
    born.set_version(3);
    *born.mutable_spec() = spec;
  }
  Service now;
  SpecVersion born;
};

TEST_F(Dirty, AVersionThatMovedAloneIsClean) { EXPECT_FALSE(tasks_dirty(born, now)); }

TEST_F(Dirty, WhatDoesNotReachTheTaskIsClean) {
  now.mutable_spec()->add_labels()->set_key("a");
  now.mutable_spec()->mutable_replicated()->set_replicas(9);
  now.mutable_spec()->mutable_update()->set_parallelism(4);
  now.mutable_spec()->mutable_rollback()->set_parallelism(4);
  now.mutable_spec()->mutable_task()->mutable_container()->mutable_pull()->set_auth_payload("other");
  now.mutable_spec()->mutable_endpoint();  // the default one, spelled out
  EXPECT_FALSE(tasks_dirty(born, now));
  EXPECT_FALSE(only_placement_differs(born, now));
}

TEST_F(Dirty, TaskSpecAndEndpointSpecAreDirty) {
  now.mutable_spec()->mutable_task()->set_force_update(1);
  EXPECT_TRUE(tasks_dirty(born, now));
  EXPECT_FALSE(only_placement_differs(born, now));
  now.mutable_spec()->mutable_task()->clear_force_update();
  now.mutable_spec()->mutable_endpoint()->set_mode(EndpointSpec::DNSRR);
  EXPECT_TRUE(tasks_dirty(born, now));
  EXPECT_FALSE(only_placement_differs(born, now));
}

TEST_F(Dirty, PlacementAloneIsToldApart) {
  now.mutable_spec()->mutable_task()->mutable_placement()->add_constraints("node.role==worker");
  EXPECT_TRUE(tasks_dirty(born, now));
  EXPECT_TRUE(only_placement_differs(born, now));
  now.mutable_spec()->mutable_task()->mutable_container()->add_args("x");
  EXPECT_FALSE(only_placement_differs(born, now));
}

}  // namespace
}  // namespace skein
