// The little languages of flags: ports, mounts, files, ulimits; and flags onto specs.
#include "tools/skein/spec_flags.h"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>

#include "tools/skein/flag_values.h"

namespace skein::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Ports, ShortAndLongForms) {
  const auto plain = parse_ports("8080:80/udp");
  ASSERT_TRUE(plain);
  EXPECT_EQ((*plain)[0].published_port(), 8080U);
  EXPECT_EQ((*plain)[0].target_port(), 80U);
  EXPECT_EQ((*plain)[0].protocol(), PortConfig::UDP);
  EXPECT_EQ((*parse_ports("80"))[0].published_port(), 0U);
  const auto range = parse_ports("8000-8002:80-82");
  ASSERT_EQ(range->size(), 3U);
  EXPECT_EQ((*range)[2].published_port(), 8002U);
  EXPECT_EQ((*range)[2].target_port(), 82U);
  const auto host = parse_ports("published=18061,target=81,mode=host,protocol=udp");
  EXPECT_EQ((*host)[0].publish_mode(), PortConfig::HOST);
}

TEST(Ports, WhatIsNoneIsRefused) {
  for (const char* bad : {"", "0", "70000", "80/xyz", "1:2:3", "8000-8001:80", "published=80", "target=80,mode=x", "a"})
    EXPECT_FALSE(parse_ports(bad)) << bad;
}

TEST(Mounts, OptionsBelongToTheirType) {
  const auto mount = parse_mount("type=tmpfs,target=/t,tmpfs-size=1000000,tmpfs-mode=1700");
  ASSERT_TRUE(mount) << mount.refusal().text;
  EXPECT_EQ(mount->tmpfs_size_bytes(), 1'000'000);
  EXPECT_EQ(mount->tmpfs_mode(), 01700U);
  EXPECT_EQ(parse_mount("source=vol,target=/data")->type(), Mount::VOLUME);
  EXPECT_FALSE(parse_mount("type=bind,source=/a,target=/b,volume-nocopy"));
  EXPECT_EQ(parse_mount("type=odd,target=/x").refusal().text, "invalid MountType: \"odd\"");
  EXPECT_FALSE(parse_mount("type=bind,source=/a"));
  EXPECT_FALSE(parse_mount("target=/x,colour=red"));
}

TEST(Files, HaveDockersDefaults) {
  const auto secret = parse_file_reference("s1", true);
  EXPECT_EQ(secret->file_name(), "s1");
  EXPECT_EQ(secret->mode(), 0444U);
  EXPECT_EQ(parse_file_reference("c1", false)->file_name(), "/c1");
  const auto own = parse_file_reference("source=s1,target=x,uid=5,gid=6,mode=0400", true);
  EXPECT_EQ(own->file_name(), "x");
  EXPECT_EQ(own->uid(), "5");
  EXPECT_EQ(own->mode(), 0400U);
  EXPECT_FALSE(parse_file_reference("target=x", true));
}

TEST(Ulimits, SoftIsNotAboveHard) {
  EXPECT_EQ(parse_ulimit("nofile=10:20")->hard(), 20);
  EXPECT_EQ(parse_ulimit("nofile=10")->hard(), 10);
  EXPECT_FALSE(parse_ulimit("nofile=20:10"));
  EXPECT_FALSE(parse_ulimit("nofile"));
}

TEST(SplitWords, AsAShell) {
  EXPECT_THAT(*split_words("sh -c 'a b' \"c d\" e\\ f ''"), ElementsAre("sh", "-c", "a b", "c d", "e f", ""));
  EXPECT_FALSE(split_words("'open"));
}

// The flags as the parser gives them.
Result<void> apply(std::vector<std::string> arguments, ServiceSpec& spec, bool create) {
  CLI::App app;
  const auto flags = create ? SpecFlags::for_create(app) : SpecFlags::for_update(app);
  std::reverse(arguments.begin(), arguments.end());
  app.parse(arguments);
  return flags->apply(spec);
}

TEST(Flags, AllOfAFullServiceReachTheSpec) {
  ServiceSpec spec;
  const auto done = apply({"--mode",
                           "replicated",
                           "--replicas",
                           "2",
                           "--restart-condition",
                           "on-failure",
                           "--restart-delay",
                           "2s",
                           "--update-delay",
                           "1s",
                           "--update-order",
                           "start-first",
                           "--rollback-parallelism",
                           "0",
                           "--health-cmd",
                           "true",
                           "--health-interval",
                           "5s",
                           "--stop-grace-period",
                           "1s",
                           "--init=false",
                           "--read-only",
                           "--placement-pref",
                           "spread=node.labels.zone",
                           "--label",
                           "team=x",
                           "--host",
                           "db:10.0.0.9",
                           "--limit-pids",
                           "5"},
                          spec, true);
  ASSERT_TRUE(done) << done.refusal().text;
  EXPECT_EQ(spec.replicated().replicas(), 2U);
  EXPECT_EQ(spec.task().restart().condition(), RestartPolicy::ON_FAILURE);
  EXPECT_EQ(spec.task().restart().delay_ns(), 2'000'000'000);
  EXPECT_EQ(spec.update().parallelism(), 1U);  // docker's default once a block is asked for
  EXPECT_EQ(spec.update().delay_ns(), 1'000'000'000);
  EXPECT_EQ(spec.update().order(), UpdateConfig::START_FIRST);
  EXPECT_EQ(spec.rollback().parallelism(), 0U);
  const ContainerSpec& container = spec.task().container();
  EXPECT_THAT(container.healthcheck().test(), ElementsAre("CMD-SHELL", "true"));
  EXPECT_EQ(container.stop_grace_ns(), 1'000'000'000);
  EXPECT_TRUE(container.has_init());
  EXPECT_FALSE(container.init());
  EXPECT_TRUE(container.read_only());
  EXPECT_THAT(container.hosts(), ElementsAre("10.0.0.9 db"));
  EXPECT_THAT(spec.task().placement().spread(), ElementsAre("node.labels.zone"));
  EXPECT_EQ(spec.task().resources().limits().pids(), 5);
}

TEST(Flags, UpdateTakesAwayBeforeItAdds) {
  ServiceSpec spec;
  spec.mutable_task()->mutable_container()->add_env("A=1");
  spec.mutable_task()->mutable_container()->add_env("B=1");
  spec.mutable_endpoint()->add_ports()->set_target_port(80);
  ASSERT_TRUE(apply({"--env-add", "A=2", "--env-rm", "B", "--env-add", "C=3", "--publish-add", "8080:80",
                     "--publish-rm", "80", "--label-add", "x=1", "--label-add", "x=2"},
                    spec, false));
  EXPECT_THAT(spec.task().container().env(), ElementsAre("A=2", "C=3"));
  ASSERT_EQ(spec.endpoint().ports_size(), 1);
  EXPECT_EQ(spec.endpoint().ports(0).published_port(), 8080U);
  ASSERT_EQ(spec.labels_size(), 1);
  EXPECT_EQ(spec.labels(0).value(), "2");
}

TEST(Flags, AWrongValueNamesItsFlag) {
  ServiceSpec spec;
  const auto done = apply({"--update-delay", "soon"}, spec, true);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.refusal().code, Errc::invalid);
  EXPECT_THAT(done.refusal().text, HasSubstr("invalid argument \"soon\" for \"--update-delay\" flag: time: "));
}

}  // namespace
}  // namespace skein::cli
