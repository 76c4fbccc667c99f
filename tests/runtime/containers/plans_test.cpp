// The pure parts: users, capabilities, templates, argv and environment, sizes, error texts.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/containers/capabilities.h"
#include "runtime/containers/crun.h"
#include "runtime/containers/log_settings.h"
#include "runtime/containers/process_plan.h"
#include "runtime/containers/seccomp.h"
#include "runtime/containers/templates.h"
#include "runtime/containers/user.h"

namespace skein {
namespace {

using Strings = std::vector<std::string>;

const AccountFiles kFiles{"root:x:0:0:root:/root:/bin/sh\nbroken\nana:x:1000:1001::/home/ana:/bin/sh\n",
                          "root:x:0:\nstaff:x:50:bob,ana\nana:x:1001:\n"};

TEST(User, NamesAndNumbersAreLookedUp) {
  EXPECT_EQ(resolve_user("", {}, kFiles)->home, "/root");
  for (const char* typed : {"ana", "1000"}) {
    const auto user = resolve_user(typed, {}, kFiles);
    ASSERT_TRUE(user);
    EXPECT_EQ(user->uid, 1000U);
    EXPECT_EQ(user->gid, 1001U);
    EXPECT_EQ(user->additional_gids, (std::vector<std::uint32_t>{50}));
    EXPECT_EQ(user->home, "/home/ana");
  }
}

TEST(User, AGroupReplacesMemberships) {
  const auto user = resolve_user("ana:staff", {"7", "ana"}, kFiles);
  ASSERT_TRUE(user);
  EXPECT_EQ(user->gid, 50U);
  EXPECT_EQ(user->additional_gids, (std::vector<std::uint32_t>{7, 1001}));
}

TEST(User, AnUnknownNumberIsTakenAsItIs) {
  const auto user = resolve_user("4321:99", {}, kFiles);
  ASSERT_TRUE(user);
  EXPECT_EQ(user->uid, 4321U);
  EXPECT_EQ(user->gid, 99U);
  EXPECT_EQ(user->home, "/");
  EXPECT_EQ(resolve_user("4321", {}, kFiles)->gid, 0U);
}

TEST(User, UnknownNamesAndHugeNumbersAreRefused) {
  EXPECT_EQ(resolve_user("eve", {}, kFiles).refusal().text,
            "unable to find user eve: no matching entries in passwd file");
  EXPECT_EQ(resolve_user("ana:x", {}, kFiles).refusal().text,
            "unable to find group x: no matching entries in group file");
  EXPECT_EQ(resolve_user("ana", {"x"}, kFiles).refusal().text,
            "unable to find group x: no matching entries in group file");
  EXPECT_EQ(resolve_user("3000000000", {}, kFiles).refusal().text, "uids and gids must be in range 0-2147483647");
}

TEST(Capabilities, FourteenByDefault) { EXPECT_EQ(effective_capabilities({}, {})->size(), 14U); }

TEST(Capabilities, AddAndDropInAnySpelling) {
  const auto some = effective_capabilities({"sys_time", "CAP_NET_ADMIN"}, {"ALL"});
  EXPECT_EQ(*some, (Strings{"CAP_NET_ADMIN", "CAP_SYS_TIME"}));
  const auto most = effective_capabilities({"all"}, {"chown"});
  EXPECT_EQ(most->size(), 40U);
  EXPECT_EQ(most->front(), "CAP_DAC_OVERRIDE");
  EXPECT_EQ(effective_capabilities({}, {"KILL"})->size(), 13U);
  EXPECT_EQ(effective_capabilities({"FLY"}, {}).refusal().text, "invalid CapAdd: unknown capability: \"CAP_FLY\"");
}

AssignedTask task_of(std::uint64_t slot) {
  AssignedTask task;
  task.set_id("t1");
  task.set_node_id("n1");
  task.set_service_id("s1");
  task.set_service_name("web");
  task.set_slot(slot);
  auto* label = task.add_service_labels();
  label->set_key("tier");
  label->set_value("front");
  return task;
}
const NodeFacts kNode{"n1", "host1", "x86_64", "linux"};

TEST(Templates, FieldsAreExpanded) {
  const auto expand = [](const std::string& text) { return *expand_template(text, task_of(2), kNode); };
  EXPECT_EQ(expand("plain"), "plain");
  EXPECT_EQ(expand("{{.Service.ID}}/{{ .Service.Name }}"), "s1/web");
  EXPECT_EQ(expand("{{.Node.ID}} {{.Node.Hostname}} {{.Node.Platform.OS}}/{{.Node.Platform.Architecture}}"),
            "n1 host1 linux/x86_64");
  EXPECT_EQ(expand("{{.Task.ID}} {{.Task.Slot}} {{.Task.Name}}"), "t1 2 web.2.t1");
  EXPECT_EQ(expand("{{.Service.Labels.tier}} {{index .Service.Labels \"tier\"}} {{.Service.Labels}}"),
            "front front map[tier:front]");
  EXPECT_EQ(expand("a {{- .Task.Slot -}} b"), "a2b");
}

TEST(Templates, SlotOfAGlobalTaskIsItsNode) {
  EXPECT_EQ(*expand_template("{{.Task.Slot}}", task_of(0), kNode), "n1");
  EXPECT_EQ(task_name(task_of(0)), "web.n1.t1");
}

TEST(Templates, WhatIsNotUnderstoodIsRefused) {
  EXPECT_FALSE(expand_template("{{.Service.Nope}}", task_of(1), kNode));
  EXPECT_FALSE(expand_template("{{if true}}x{{end}}", task_of(1), kNode));
  EXPECT_FALSE(expand_template("{{.Task.ID", task_of(1), kNode));
}

TEST(ProcessPlan, EnvironmentKeepsTheLastOfAKeyInTheFirstOnesPlace) {
  auto task = task_of(1);
  auto& spec = *task.mutable_spec()->mutable_container();
  for (const char* entry : {"B=2", "A=3", "GONE", "B=4"}) spec.add_env(entry);
  ImageConfig image;
  image.cmd = {"run"};
  image.env = {"A=1", "GONE=1", "PATH=/mine"};
  const auto plan = plan_process(task, image, std::string(64, 'c'), kNode);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->env, (Strings{"PATH=/mine", "HOSTNAME=cccccccccccc", "A=3", "B=4"}));
  EXPECT_EQ(plan->argv, Strings{"run"});
  EXPECT_EQ(plan->working_dir, "/");
}

TEST(ProcessPlan, NothingToRunIsRefused) {
  EXPECT_EQ(plan_process(task_of(1), {}, std::string(64, 'c'), kNode).refusal().text, "no command specified");
}

TEST(ProcessPlan, SignalsByNameAndNumber) {
  EXPECT_EQ(signal_number(""), SIGTERM);
  EXPECT_EQ(signal_number("SIGQUIT"), SIGQUIT);
  EXPECT_EQ(signal_number("usr2"), SIGUSR2);
  EXPECT_EQ(signal_number("9"), 9);
  EXPECT_EQ(signal_number("SIGRTMIN+3"), SIGRTMIN + 3);
  EXPECT_EQ(signal_number("SIGNOPE"), 0);
  EXPECT_EQ(signal_number("-1"), 0);
}

TEST(LogSettings, SizesHaveUnits) {
  EXPECT_EQ(*parse_size("10m"), 10 << 20);
  EXPECT_EQ(*parse_size("5KB"), 5 << 10);
  EXPECT_EQ(*parse_size("7"), 7);
  EXPECT_EQ(*parse_size("1g"), 1 << 30);
  for (const char* bad : {"", "m", "10x", "-1", "1.5.2m"}) EXPECT_FALSE(parse_size(bad)) << bad;
}

TEST(Seccomp, CapabilitiesOpenTheirCalls) {
  const auto denies = [](const Strings& capabilities, const std::string& call) {
    const auto profile = *seccomp_profile({}, capabilities);
    const auto& names = profile["syscalls"][0]["names"];
    return std::find(names.begin(), names.end(), call) != names.end();
  };
  EXPECT_TRUE(denies({"CAP_KILL"}, "mount"));
  EXPECT_FALSE(denies({"CAP_SYS_ADMIN"}, "mount"));
  EXPECT_TRUE(denies({"CAP_SYS_ADMIN"}, "kexec_load"));
  EXPECT_FALSE(denies({"CAP_BPF"}, "bpf"));
}

TEST(Seccomp, CustomProfilesAreFilteredByCapability) {
  Privileges privileges;
  privileges.set_seccomp_mode("custom");
  privileges.set_seccomp_profile(R"({"defaultAction":"SCMP_ACT_ERRNO","syscalls":[
    {"names":["read"],"action":"SCMP_ACT_ALLOW"},
    {"names":["mount"],"action":"SCMP_ACT_ALLOW","includes":{"caps":["CAP_SYS_ADMIN"]}},
    {"name":"clone","action":"SCMP_ACT_ALLOW","excludes":{"caps":["CAP_SYS_ADMIN"]}}]})");
  EXPECT_EQ((*seccomp_profile(privileges, {"CAP_KILL"}))["syscalls"].size(), 2U);
  EXPECT_EQ((*seccomp_profile(privileges, {"CAP_SYS_ADMIN"}))["syscalls"][1]["names"][0], "mount");
  privileges.set_seccomp_profile("{");
  EXPECT_FALSE(seccomp_profile(privileges, {}));
}

TEST(Crun, ErrorsAreSaidInDockersWords) {
  const std::string head =
      "failed to create shim task: OCI runtime create failed: crun create failed: "
      "unable to start container process: ";
  EXPECT_EQ(docker_error("executable file `x` not found in $PATH: No such file or directory", "x"),
            head + "exec: \"x\": executable file not found in $PATH: unknown");
  EXPECT_EQ(docker_error("something else", "x"), head + "something else: unknown");
}

}  // namespace
}  // namespace skein
