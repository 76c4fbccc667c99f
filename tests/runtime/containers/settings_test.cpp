// What a spec asks for is what the process inside sees. Real containers.
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "runtime/containers/random_hex.h"
#include "tests/runtime/containers/fixture.h"

namespace skein {
namespace {

namespace fs = std::filesystem;

class SettingsTest : public ExecutorTest {
 protected:
  ContainerSpec& spec(AssignedTask& task) { return *task.mutable_spec()->mutable_container(); }
  Mount& add_mount(AssignedTask& task, Mount::Type type, const std::string& source, const std::string& target) {
    auto& mount = *spec(task).add_mounts();
    mount.set_type(type);
    mount.set_source(source);
    mount.set_target(target);
    return mount;
  }
};

TEST_F(SettingsTest, EnvironmentIsImagesThenSpecsWithTemplates) {
  auto task = script_task("echo $FROM_IMAGE $WHO $HOME $HOSTNAME $PATH");
  spec(task).add_env("WHO={{.Service.Name}}.{{.Task.Slot}}@{{.Node.Hostname}}");
  spec(task).add_env("FROM_IMAGE=no");
  spec(task).set_hostname("h-{{.Task.Slot}}");
  EXPECT_EQ(output_of(task), "no web.3@node1 /root h-3 /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n");
}

TEST_F(SettingsTest, UserGroupsAndWorkingDirectory) {
  auto task = script_task("id -u; id -g; id -G; pwd; stat -c %u .; echo $HOME");
  spec(task).set_user("ana");
  spec(task).add_groups("77");
  spec(task).set_dir("/made/here");
  EXPECT_EQ(output_of(task), "1000\n1001\n1001 50 77\n/made/here\n1000\n/home/ana\n");
}

TEST_F(SettingsTest, ReadOnlyRootCannotBeWritten) {
  auto task = script_task("touch /x || echo refused; touch /dev/shm/x && echo shm");
  spec(task).set_read_only(true);
  const auto text = output_of(task);
  EXPECT_NE(text.find("refused\n"), std::string::npos) << text;
  EXPECT_NE(text.find("shm\n"), std::string::npos) << text;
}

TEST_F(SettingsTest, WritesStayInTheContainer) {
  EXPECT_EQ(run(script_task("echo x > /seed/new && test -e /seed/new")).exit_code, 0);
  EXPECT_FALSE(fs::exists(root_ / "image/seed/new"));
}

TEST_F(SettingsTest, NamedVolumeIsFilledOnceAndOutlivesItsContainer) {
  auto first = script_task("cat /seed/grain; echo mine > /seed/own");
  add_mount(first, Mount::VOLUME, "vol-{{.Service.Name}}", "/seed");
  EXPECT_EQ(output_of(first), "from the image\n");
  ASSERT_TRUE(remove(first));
  EXPECT_EQ(read_file(root_ / "data/volumes/vol-web/_data/own"), "mine\n");
  auto second = script_task("cat /other/own; touch /other/x || echo read-only");
  add_mount(second, Mount::VOLUME, "vol-web", "/other").set_read_only(true);
  const auto text = output_of(second);
  EXPECT_TRUE(text.starts_with("mine\n")) << text;
  EXPECT_NE(text.find("read-only\n"), std::string::npos) << text;
}

TEST_F(SettingsTest, AnonymousVolumesGoWithTheirContainer) {
  images_->config.volumes = {"/seed"};
  const auto task = script_task("cat /seed/grain");
  EXPECT_EQ(output_of(task), "from the image\n");
  ASSERT_EQ(record(task).mounts.size(), 1U);
  EXPECT_TRUE(fs::exists(root_ / "data/volumes" / record(task).mounts[0].source()));
  ASSERT_TRUE(remove(task));
  EXPECT_TRUE(fs::is_empty(root_ / "data/volumes"));
}

TEST_F(SettingsTest, TmpfsHasSizeAndMode) {
  auto task = script_task("stat -c %a /t; grep ' /t ' /proc/mounts");
  auto& mount = add_mount(task, Mount::TMPFS, "", "/t");
  mount.set_tmpfs_size_bytes(1 << 20);
  mount.set_tmpfs_mode(0750);
  const auto text = output_of(task);
  EXPECT_TRUE(text.starts_with("750\n")) << text;
  EXPECT_NE(text.find("size=1024k"), std::string::npos) << text;
  EXPECT_NE(text.find("noexec"), std::string::npos) << text;
}

TEST_F(SettingsTest, BindMountShowsTheHostsDirectory) {
  fs::create_directories(root_ / "host");
  std::ofstream{root_ / "host/f"} << "hello\n";
  auto task = script_task("cat /b/f; echo back > /b/g");
  add_mount(task, Mount::BIND, root_ / "host", "/b");
  EXPECT_EQ(output_of(task), "hello\n");
  EXPECT_EQ(read_file(root_ / "host/g"), "back\n");
}

TEST_F(SettingsTest, MissingBindSourceIsRefusedInDockersWords) {
  auto task = script_task("true");
  add_mount(task, Mount::BIND, "/no/such/path", "/b");
  EXPECT_EQ(prepare(task).refusal().text,
            "invalid mount config for type \"bind\": bind source path does not exist: /no/such/path");
  EXPECT_TRUE(fs::is_empty(root_ / "data/containers"));
}

TEST_F(SettingsTest, SecretsAndConfigsAreReadOnlyFilesWithTheirOwner) {
  const auto task = script_task(
      "cat /run/secrets/key /etc/app.conf; stat -c '%a %u %g' /run/secrets/key; touch /run/secrets/key || echo "
      "refused; "
      "echo x 2>/dev/null >> /run/secrets/key || echo refused");
  const auto text = output_of(
      task, {{"/run/secrets/key", "s3cret\n", 0440, 1000, 1001, true}, {"/etc/app.conf", "conf\n", 0444, 0, 0, false}});
  EXPECT_TRUE(text.starts_with("s3cret\nconf\n440 1000 1001\n")) << text;
  EXPECT_NE(text.find("refused\n"), std::string::npos) << text;
  for (const auto& entry : fs::directory_iterator{root_ / "data/containers" / record(task).id}) {
    if (entry.is_regular_file() && !entry.path().string().ends_with("-json.log")) {
      EXPECT_EQ(read_file(entry.path()).find("s3cret"), std::string::npos) << entry.path();
    }
  }
}

TEST_F(SettingsTest, EtcFilesAreWritten) {
  auto task = script_task("cat /etc/hostname /etc/hosts /etc/resolv.conf; hostname");
  spec(task).add_hosts("10.1.2.3 db db.example");
  spec(task).set_hostname("box");
  spec(task).mutable_dns()->add_nameservers("192.0.2.53");
  spec(task).mutable_dns()->add_search("example.org");
  const auto text = output_of(task);
  EXPECT_TRUE(text.starts_with("box\n127.0.0.1\tlocalhost\n")) << text;
  EXPECT_NE(text.find("10.1.2.3\tdb db.example\n"), std::string::npos) << text;
  EXPECT_NE(text.find("nameserver 192.0.2.53\nsearch example.org\nbox\n"), std::string::npos) << text;
}

TEST_F(SettingsTest, InitReapsAndPassesTheExitCode) {
  auto task = script_task("grep -q init /proc/1/cmdline && exit 11");
  spec(task).set_init(true);
  EXPECT_EQ(run(task).exit_code, 11);
}

TEST_F(SettingsTest, TtyIsATerminal) {
  auto task = script_task("test -t 1 && echo $TERM");
  spec(task).set_tty(true);
  EXPECT_EQ(output_of(task), "xterm\r\n");
}

TEST_F(SettingsTest, CapabilitiesAreDockersUnlessChanged) {
  auto task = script_task("grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status");
  EXPECT_EQ(output_of(task), "CapEff:\t00000000a80425fb\nCapBnd:\t00000000a80425fb\nNoNewPrivs:\t0\n");
  auto changed = script_task("grep -E 'CapEff|NoNewPrivs' /proc/self/status");
  spec(changed).add_cap_drop("ALL");
  spec(changed).add_cap_add("net_admin");
  spec(changed).mutable_privileges()->set_no_new_privileges(true);
  EXPECT_EQ(output_of(changed), "CapEff:\t0000000000001000\nNoNewPrivs:\t1\n");
}

TEST_F(SettingsTest, SeccompRefusesUnlessUnconfined) {
  const std::string script =
      "grep Seccomp: /proc/self/status; unshare -U true 2>/dev/null && echo made || echo refused";
  EXPECT_EQ(output_of(script_task(script)), "Seccomp:\t2\nrefused\n");
  auto open = script_task(script);
  spec(open).mutable_privileges()->set_seccomp_mode("unconfined");
  EXPECT_TRUE(output_of(open).starts_with("Seccomp:\t0\n"));
}

TEST_F(SettingsTest, UlimitsAndOomScore) {
  auto task = script_task("ulimit -Sn; ulimit -Hn; cat /proc/self/oom_score_adj");
  auto& limit = *spec(task).add_ulimits();
  limit.set_name("nofile");
  limit.set_soft(123);
  limit.set_hard(456);
  spec(task).set_oom_score_adj(200);
  EXPECT_EQ(output_of(task), "123\n456\n200\n");
}

TEST_F(SettingsTest, CommandReplacesEntrypointAndDropsCmd) {
  images_->config.entrypoint = {"echo", "entry"};
  images_->config.cmd = {"cmd"};
  auto plain = script_task("");
  spec(plain).clear_args();
  EXPECT_EQ(output_of(plain), "entry cmd\n");
  auto args = plain;
  args.set_id(random_hex(25));
  spec(args).add_args("args");
  EXPECT_EQ(output_of(args), "entry args\n");
  auto command = plain;
  command.set_id(random_hex(25));
  spec(command).add_command("echo");
  EXPECT_EQ(output_of(command), "\n");
}

// The namespace is made, and its name mounted, after the executor has been opened, as a network plane does it.
TEST_F(SettingsTest, NetworkNamespaceIsTheOneGiven) {
  const auto name = (root_ / "netns").string();
  std::ofstream{name}.put('\n');
  bool made = false;
  std::thread{[&] {
    made = ::unshare(CLONE_NEWNET) == 0 &&
           ::mount("/proc/thread-self/ns/net", name.c_str(), nullptr, MS_BIND, nullptr) == 0;
  }}.join();
  ASSERT_TRUE(made);
  const auto task = script_task("cat /proc/sys/net/ipv4/ip_unprivileged_port_start; stat -L -c %i /proc/self/ns/net");
  PrepareRequest request;
  request.task = std::make_shared<AssignedTask>(task);
  request.netns_path = name;
  EXPECT_TRUE(prepare_request(request));
  EXPECT_TRUE(start(task));
  wait_exit(task);
  struct stat info = {};
  EXPECT_EQ(::stat(name.c_str(), &info), 0);
  EXPECT_EQ(log_of(task), "0\n" + std::to_string(info.st_ino) + "\n");
  EXPECT_EQ(executor_->recover()->front().netns_path, name);
  ::umount2(name.c_str(), MNT_DETACH);
  const auto other = script_task("true");
  request.task = std::make_shared<AssignedTask>(other);
  request.netns_path = "/no/such/netns";
  EXPECT_EQ(prepare_request(request).refusal().text,
            "cannot open network namespace /no/such/netns: No such file or directory");
}

TEST_F(SettingsTest, OtherLogDriversAreRefusedByName) {
  auto task = script_task("echo x");
  task.mutable_spec()->mutable_log_driver()->set_name("syslog");
  EXPECT_NE(prepare(task).refusal().text.find("log driver \"syslog\" is not available"), std::string::npos);
  task.mutable_spec()->mutable_log_driver()->set_name("none");
  EXPECT_EQ(output_of(task), "configured logging driver does not support reading: none");
}

}  // namespace
}  // namespace skein
