#include "tests/netmesh/lab.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <thread>

#include "netmesh/links.h"
#include "netmesh/names.h"
#include "netmesh/nft.h"
#include "netmesh/sandboxes.h"

namespace skein::mesh {
namespace {

void check(const Result<void>& result) { CHECK(static_cast<bool>(result), result ? "" : result.refusal().text); }

// One wire between the node and the outside host.
void join_outside(const std::string& netns_path, NamespaceThread& thread) {
  const Subnet wire = *Subnet::parse("10.9.0.0/24");
  auto links = Links::open();
  check(links->set_up("lo"));
  const int netns = ::open(netns_path.c_str(), O_RDONLY | O_CLOEXEC);
  check(links->make_veth({"uplink", "eth0", netns, "02:00:00:00:00:02", "lab"}));
  ::close(netns);
  check(links->add_address(*links->index_of("uplink"), wire, *Ipv4::parse(kNodeAddress)));
  check(links->set_up("uplink"));
  check(thread.run_in(netns_path, [&]() -> Result<void> {
    auto there = Links::open();
    check(there->add_address(*there->index_of("eth0"), wire, *Ipv4::parse(kOutsideAddress)));
    return there->set_up("eth0");
  }));
}

bool own_namespaces() {
  return ::unshare(CLONE_NEWNET | CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

}  // namespace

Lab::Lab() {
  std::string pattern = (std::filesystem::temp_directory_path() / "skein-netmesh-XXXXXX").string();
  CHECK(::mkdtemp(pattern.data()) != nullptr);
  root_ = pattern;
  const Sandboxes hosts{root_ + "/hosts"};
  check(hosts.make(TaskId{"outside"}, thread_));
  outside_ = hosts.path_of(TaskId{"outside"});
  join_outside(outside_, thread_);
}

Lab::~Lab() {
  for (const char* folder : {"/hosts", "/exec/netns"}) {
    const Sandboxes files{root_ + folder};
    const auto listed = files.list();
    for (const auto& [task, bound] : *listed) check(files.remove(task));
  }
  std::filesystem::remove_all(root_);
}

std::unique_ptr<KernelPlane> Lab::open_plane() {
  auto plane = KernelPlane::open({root_ + "/exec", root_ + "/data", {}});
  CHECK(static_cast<bool>(plane), plane ? "" : plane.refusal().text);
  return *std::move(plane);
}

void Lab::in(const std::string& netns_path, const std::function<void()>& work) {
  if (netns_path.empty()) return work();
  check(thread_.run_in(netns_path, [&]() -> Result<void> {
    work();
    return {};
  }));
}

std::string why_no_lab() {
  std::string why;
  std::thread{[&] {
    if (!own_namespaces()) why = fmt::format("no network namespaces here: {}", std::strerror(errno));
  }}.join();
  return why;
}

void in_lab(const std::function<void(Lab&)>& body) {
  std::thread{[&] {
    CHECK(own_namespaces());
    Lab lab;
    body(lab);
  }}.join();
}

std::set<std::string> objects(const Lab& lab) {
  std::set<std::string> found;
  auto links = Links::open();
  const auto all = links->links();
  for (const auto& [name, link] : *all) {
    if (name != "lo" && name != "uplink") found.insert("link " + name);
  }
  for (const char* family : {kIpFamily, kBridgeFamily}) {
    auto nft = Nft::open(family);
    if (*nft->read() != RuleSet{}) found.insert(std::string{"table "} + family);
  }
  for (const char* folder : {"/exec/netns", "/data"}) {
    if (!std::filesystem::exists(lab.root() + folder)) continue;
    for (const auto& file : std::filesystem::directory_iterator{lab.root() + folder}) {
      found.insert("file " + file.path().filename().string());
    }
  }
  return found;
}

TaskId task_id(int number) { return TaskId{fmt::format("t{:011}{}", number, "abcdefghijklm")}; }

WantedSandbox sandbox(int number, bool serving) {
  WantedSandbox wanted;
  wanted.task = task_id(number);
  wanted.serving = serving;
  return wanted;
}

PortConfig ingress_port(std::uint32_t published, std::uint32_t target, PortConfig::Protocol protocol) {
  PortConfig port;
  port.set_protocol(protocol);
  port.set_published_port(published);
  port.set_target_port(target);
  return port;
}

PortConfig host_port(std::uint32_t published, std::uint32_t target, PortConfig::Protocol protocol) {
  PortConfig port = ingress_port(published, target, protocol);
  port.set_publish_mode(PortConfig::HOST);
  return port;
}

}  // namespace skein::mesh
