// Published ports over a real kernel (swarm-features 21 and 22): who answers, who is asked, what clients see.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <map>
#include <memory>
#include <set>

#include "netmesh/sysctl.h"
#include "tests/netmesh/echo.h"
#include "tests/netmesh/lab.h"

namespace skein::mesh {
namespace {

class PublishedPorts : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = why_no_lab(); !why.empty()) GTEST_SKIP() << "skipped: " << why;
  }

  // Applies and demands a kernel without problems.
  static NetworkSeen apply(KernelPlane& plane, WantedNetwork& wanted) {
    ++wanted.generation;
    auto seen = plane.apply(wanted);
    EXPECT_TRUE(seen) << (seen ? "" : seen.refusal().text);
    EXPECT_THAT(seen->problems, testing::IsEmpty());
    EXPECT_EQ(seen->generation, wanted.generation);
    return *seen;
  }

  // Three tasks serving 8080 -> 80, each with a server that says its number.
  struct Service {
    std::unique_ptr<KernelPlane> plane;
    WantedNetwork wanted;
    NetworkSeen seen;
    std::vector<std::unique_ptr<EchoServer>> servers;
  };
  static Service start(Lab& lab, int tasks, const PortConfig& port) {
    Service service;
    service.plane = lab.open_plane();
    for (int i = 1; i <= tasks; ++i) {
      service.wanted.sandboxes.push_back(sandbox(i));
      service.wanted.sandboxes.back().ports.push_back(port);
    }
    service.seen = apply(*service.plane, service.wanted);
    const bool tcp = port.protocol() == PortConfig::TCP;
    for (int i = 1; i <= tasks; ++i) {
      const auto& netns = service.seen.sandboxes.at(static_cast<std::size_t>(i - 1)).netns_path;
      const auto target = static_cast<std::uint16_t>(port.target_port());
      service.servers.push_back(std::make_unique<EchoServer>(lab, netns, "t" + std::to_string(i), target, tcp));
    }
    return service;
  }
};

TEST_F(PublishedPorts, AnswerOnTheNodesAddressAndKeepTheClients) {
  in_lab([](Lab& lab) {
    const auto service = start(lab, 1, ingress_port(8080, 80));
    EXPECT_EQ(ask_once(lab, lab.outside(), kNodeAddress, 8080), "t1 10.9.0.2");
  });
}

TEST_F(PublishedPorts, AnswerOnLocalhostAndOnTheNodesOwnAddress) {
  in_lab([](Lab& lab) {
    const auto service = start(lab, 1, ingress_port(8080, 80));
    EXPECT_EQ(ask_once(lab, "", "127.0.0.1", 8080), "t1 172.18.0.1");
    EXPECT_EQ(ask_once(lab, "", kNodeAddress, 8080), "t1 10.9.0.1");
  });
}

// Twice as many questions as tasks: a task also meets itself.
TEST_F(PublishedPorts, AnswerSandboxesOfThisNodeWhetherOrNotBridgedPacketsAreFiltered) {
  in_lab([](Lab& lab) {
    for (const char* filtered : {"1", "0"}) {
      // Absent where the kernel has no br_netfilter: then there is only the one way.
      const auto set = write_sysctl("net.bridge.bridge-nf-call-iptables", filtered);
      EXPECT_TRUE(set || set.refusal().code == Errc::not_found);
      const auto service = start(lab, 2, ingress_port(8080, 80));
      std::set<std::string> answers;
      for (int i = 0; i < 4; ++i) {
        answers.insert(ask_once(lab, service.seen.sandboxes[0].netns_path, kNodeAddress, 8080));
      }
      EXPECT_EQ(answers, (std::set<std::string>{"t1 172.18.0.1", "t2 172.18.0.1"})) << filtered;
    }
  });
}

TEST_F(PublishedPorts, BalanceEvenlyOverThreeTasks) {
  in_lab([](Lab& lab) {
    for (const auto protocol : {PortConfig::TCP, PortConfig::UDP}) {
      const auto service = start(lab, 3, ingress_port(8080, 80, protocol));
      std::map<std::string, int> answers;
      for (int i = 0; i < 30; ++i) {
        ++answers[ask_once(lab, lab.outside(), kNodeAddress, 8080, protocol == PortConfig::TCP)];
      }
      EXPECT_EQ(answers, (std::map<std::string, int>{{"t1 10.9.0.2", 10}, {"t2 10.9.0.2", 10}, {"t3 10.9.0.2", 10}}));
    }
  });
}

TEST_F(PublishedPorts, DrainingTaskKeepsItsConnectionsAndGetsNoNewOnes) {
  in_lab([](Lab& lab) {
    auto service = start(lab, 2, ingress_port(8080, 80));
    EchoClient first{lab, lab.outside(), kNodeAddress, 8080};
    EchoClient second{lab, lab.outside(), kNodeAddress, 8080};
    const std::string answers = first.ask() + second.ask();
    EXPECT_THAT(answers, testing::HasSubstr("t1"));
    service.wanted.sandboxes[0].serving = false;
    apply(*service.plane, service.wanted);
    EXPECT_EQ(first.ask() + second.ask(), answers);
    for (int i = 0; i < 6; ++i) EXPECT_EQ(ask_once(lab, lab.outside(), kNodeAddress, 8080), "t2 10.9.0.2");
  });
}

TEST_F(PublishedPorts, RefuseAtOnceWhenNobodyServes) {
  in_lab([](Lab& lab) {
    auto service = start(lab, 1, ingress_port(8080, 80));
    service.wanted.sandboxes[0].serving = false;
    service.wanted.sandboxes[0].ports.push_back(ingress_port(53, 53, PortConfig::UDP));
    apply(*service.plane, service.wanted);
    for (const std::string& from : {lab.outside(), std::string{}}) {
      EchoClient tcp{lab, from, kNodeAddress, 8080};
      EXPECT_EQ(tcp.error(), ECONNREFUSED);
      EchoClient udp{lab, from, kNodeAddress, 53, false};
      EXPECT_EQ(udp.ask(), "");
      EXPECT_EQ(udp.error(), ECONNREFUSED);
    }
  });
}

TEST_F(PublishedPorts, RemovedTaskLosesItsUdpFlowsAtOnce) {
  in_lab([](Lab& lab) {
    auto service = start(lab, 2, ingress_port(5353, 53, PortConfig::UDP));
    EchoClient client{lab, lab.outside(), kNodeAddress, 5353, false};
    const std::string before = client.ask();
    const std::size_t dead = before.starts_with("t1") ? 0 : 1;
    service.servers[dead].reset();
    service.wanted.sandboxes.erase(service.wanted.sandboxes.begin() + static_cast<std::ptrdiff_t>(dead));
    apply(*service.plane, service.wanted);
    const std::string after = client.ask();
    EXPECT_EQ(after, dead == 0 ? "t2 10.9.0.2" : "t1 10.9.0.2") << "before: " << before;
  });
}

TEST_F(PublishedPorts, UdpClientThatBeganTooEarlyIsFound) {
  in_lab([](Lab& lab) {
    auto service = start(lab, 1, ingress_port(5353, 53, PortConfig::UDP));
    service.wanted.sandboxes[0].ports[0].set_published_port(6363);
    EchoClient client{lab, lab.outside(), kNodeAddress, 6363, false};
    EXPECT_EQ(client.ask(), "");
    apply(*service.plane, service.wanted);
    EXPECT_EQ(client.ask(), "t1 10.9.0.2");
  });
}

TEST_F(PublishedPorts, HostModeReachesOnlyItsOwnTask) {
  in_lab([](Lab& lab) {
    auto service = start(lab, 2, ingress_port(8080, 80));
    service.wanted.sandboxes[0].ports.push_back(host_port(9001, 80));
    service.wanted.sandboxes[1].ports.push_back(host_port(9002, 80));
    apply(*service.plane, service.wanted);
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(ask_once(lab, lab.outside(), kNodeAddress, 9001), "t1 10.9.0.2");
      EXPECT_EQ(ask_once(lab, lab.outside(), kNodeAddress, 9002), "t2 10.9.0.2");
    }
  });
}

TEST_F(PublishedPorts, HostModeZeroPicksAFreePortAndKeepsIt) {
  in_lab([](Lab& lab) {
    auto service = start(lab, 1, host_port(0, 80));
    ASSERT_EQ(service.seen.sandboxes[0].host_ports.size(), 1U);
    const std::uint32_t picked = service.seen.sandboxes[0].host_ports[0].published_port();
    EXPECT_GE(picked, 32768U);
    EXPECT_EQ(ask_once(lab, lab.outside(), kNodeAddress, static_cast<std::uint16_t>(picked)), "t1 10.9.0.2");
    service.wanted.sandboxes.insert(service.wanted.sandboxes.begin(), sandbox(0));
    service.wanted.sandboxes[0].ports.push_back(host_port(0, 80));
    const auto seen = apply(*service.plane, service.wanted);
    EXPECT_EQ(seen.sandboxes[1].host_ports[0].published_port(), picked);
    EXPECT_NE(seen.sandboxes[0].host_ports[0].published_port(), picked);
  });
}

TEST_F(PublishedPorts, HostModeZeroAvoidsPortsInUse) {
  in_lab([](Lab& lab) {
    const EchoServer busy{lab, "", "node", 32768};
    const auto service = start(lab, 1, host_port(0, 80));
    ASSERT_EQ(service.seen.sandboxes[0].host_ports.size(), 1U);
    EXPECT_EQ(service.seen.sandboxes[0].host_ports[0].published_port(), 32769U);
  });
}

TEST_F(PublishedPorts, SecondClaimOfAHostPortIsAProblemAndTheFirstKeepsIt) {
  in_lab([](Lab& lab) {
    auto service = start(lab, 1, host_port(9001, 80));
    service.wanted.sandboxes.insert(service.wanted.sandboxes.begin(), sandbox(0));
    service.wanted.sandboxes[0].ports.push_back(host_port(9001, 80));
    const auto seen = service.plane->apply(service.wanted);
    ASSERT_TRUE(seen);
    EXPECT_THAT(seen->problems, testing::ElementsAre(testing::AllOf(
                                    testing::HasSubstr(task_id(0).str()),
                                    testing::HasSubstr("Bind for 0.0.0.0:9001 failed: port is already allocated"))));
    EXPECT_EQ(ask_once(lab, lab.outside(), kNodeAddress, 9001), "t1 10.9.0.2");
  });
}

TEST_F(PublishedPorts, ListenerOfTheNodeOnAPublishedPortIsNoted) {
  in_lab([](Lab& lab) {
    const EchoServer own{lab, "", "node", 0};
    auto service = start(lab, 1, ingress_port(8080, 80));
    service.wanted.sandboxes[0].ports.push_back(ingress_port(own.port(), 80));
    const auto seen = service.plane->apply(service.wanted);
    ASSERT_TRUE(seen);
    EXPECT_THAT(seen->problems, testing::ElementsAre(testing::HasSubstr("a process of this node listens on it too")));
  });
}

}  // namespace
}  // namespace skein::mesh
