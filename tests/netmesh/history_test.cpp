// KernelPlane under random histories: wanted changes, restarts and damage, drawn from a seed.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <set>

#include "netmesh/kernel_plane.h"
#include "netmesh/links.h"
#include "netmesh/names.h"
#include "netmesh/nft.h"
#include "tests/netmesh/lab.h"

namespace skein::mesh {
namespace {

// A seeded history of changes and breakages: after every apply the kernel is what is wanted; at the end nothing is
// left.
class RandomHistory {
 public:
  RandomHistory(Lab& lab, unsigned seed) : lab_{lab}, plane_{lab.open_plane()}, random_{seed} {}

  void step() {
    switch (pick(8)) {
      case 0:
      case 1:
      case 2:
        add();
        break;
      case 3:
        remove();
        break;
      case 4:
      case 5:
        toggle();
        break;
      case 6:
        plane_ = lab_.open_plane();
        break;
      default:
        damage();
        break;
    }
    ++wanted_.generation;
    wanted_.sandboxes.clear();
    for (const auto& [task, wish] : wishes_) wanted_.sandboxes.push_back(wish);
    const auto seen = plane_->apply(wanted_);
    ASSERT_TRUE(seen) << seen.refusal().text;
    ASSERT_EQ(seen->generation, wanted_.generation) << testing::PrintToString(seen->problems);
    check(*seen);
  }

  void finish() { ASSERT_TRUE(plane_->clear()); }

 private:
  unsigned pick(unsigned n) { return static_cast<unsigned>(random_() % n); }

  void add() {
    if (wishes_.size() > 12) return;
    WantedSandbox wish = sandbox(next_++, pick(2) == 0);
    wish.egress = pick(5) != 0;
    for (unsigned i = pick(3); wish.egress && i > 0; --i)
      wish.ports.push_back(ingress_port(8080 + pick(4), 80 + pick(2)));
    if (wish.egress && pick(3) == 0) wish.ports.push_back(host_port(0, 80, PortConfig::UDP));
    wishes_[wish.task] = wish;
  }
  WantedSandbox* any() {
    if (wishes_.empty()) return nullptr;
    return &std::next(wishes_.begin(), pick(static_cast<unsigned>(wishes_.size())))->second;
  }
  void remove() {
    if (const auto* wish = any()) wishes_.erase(TaskId{wish->task});
  }
  void toggle() {
    if (auto* wish = any()) wish->serving = !wish->serving;
  }
  void damage() {
    auto links = Links::open();
    if (pick(4) == 0) {
      ASSERT_TRUE(links->remove(kBridgeLink));
    }
    if (pick(4) == 0) {
      ASSERT_TRUE(Nft::open(kIpFamily)->drop());
    }
    if (const auto* wish = any()) {
      ASSERT_TRUE(links->remove(task_link_name(wish->task)));
    }
  }

  // The dumb way round: lists every object that should be there.
  void check(const NetworkSeen& seen) {
    std::set<std::string> expected{"link skgwbridge", "table ip", "table bridge", "file network.json"};
    std::set<std::string> addresses;
    ASSERT_EQ(seen.sandboxes.size(), wishes_.size());
    for (const SandboxSeen& one : seen.sandboxes) {
      const WantedSandbox& wish = wishes_.at(one.task);
      expected.insert("file " + one.task.str());
      if (wish.egress) expected.insert("link " + task_link_name(one.task));
      EXPECT_EQ(one.address.empty(), !wish.egress);
      EXPECT_TRUE(one.address.empty() || addresses.insert(one.address).second) << "given twice: " << one.address;
    }
    EXPECT_EQ(objects(lab_), expected);
    check_rules(seen);
  }
  void check_rules(const NetworkSeen& seen) {
    std::map<std::uint32_t, bool> served;
    for (const SandboxSeen& one : seen.sandboxes) {
      for (const PortConfig& port : wishes_.at(one.task).ports) {
        if (port.publish_mode() == PortConfig::INGRESS) served[port.published_port()] |= wishes_.at(one.task).serving;
      }
      for (const PortConfig& port : one.host_ports) served[port.published_port()] |= wishes_.at(one.task).serving;
    }
    const RuleSet rules = *Nft::open(kIpFamily)->read();
    EXPECT_EQ(rules.published.size() + rules.refused.size(), served.size());
    for (const auto& [port, chain] : rules.published) EXPECT_TRUE(served[port.number]) << text(port);
    for (const PortKey& port : rules.refused) EXPECT_FALSE(served[port.number]) << text(port);
  }

  Lab& lab_;
  std::unique_ptr<KernelPlane> plane_;
  std::mt19937 random_;
  int next_ = 0;
  std::map<TaskId, WantedSandbox> wishes_;
  WantedNetwork wanted_;
};

TEST(KernelPlaneHistory, RandomHistoriesEndWithKernelAsWantedAndNothingLeft) {
  if (const auto why = why_no_lab(); !why.empty()) GTEST_SKIP() << "skipped: " << why;
  for (const unsigned seed : {1U, 2U, 3U}) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    in_lab([seed](Lab& lab) {
      const auto before = objects(lab);
      RandomHistory history{lab, seed};
      for (int i = 0; i < 200 && !testing::Test::HasFailure(); ++i) history.step();
      history.finish();
      EXPECT_EQ(objects(lab), before);
    });
  }
}

}  // namespace
}  // namespace skein::mesh
