// Runs tests/data/netmesh/*.txt: what is wanted, and the steps the planner answers with, carried out on a FakeKernel.
//
//   task <id> [idle] [internal] [ingress=8080:80/tcp] [host=0:80/udp] [sysctl=key=value]   wanted from now on
//   gone <id>                       no longer wanted
//   see unlink <link> | unbind <task> | move <link> | listen 8080/tcp | forget | strip rules    meddling
//   plan                            ends a case: after ---- come the steps and "problem: ..." lines
// SKEIN_REWRITE=1 writes what the planner says into the files; review the difference.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <vector>

#include "netmesh/names.h"
#include "netmesh/plan.h"
#include "tests/netmesh/fake_kernel.h"

namespace skein::mesh {
namespace {

PortConfig::Protocol protocol_in(const std::string& name) {
  CHECK(name == "tcp" || name == "udp", "protocol in a script");
  return name == "udp" ? PortConfig::UDP : PortConfig::TCP;
}

// "8080:80/tcp"
PortConfig port_in(const std::string& text, bool host) {
  PortConfig port;
  port.set_published_port(static_cast<std::uint32_t>(std::stoul(text)));
  port.set_target_port(static_cast<std::uint32_t>(std::stoul(text.substr(text.find(':') + 1))));
  port.set_protocol(protocol_in(text.substr(text.find('/') + 1)));
  port.set_publish_mode(host ? PortConfig::HOST : PortConfig::INGRESS);
  return port;
}

class Script {
 public:
  // One line; the answer of "plan", otherwise nothing.
  std::string run(const std::string& line) {
    std::istringstream in{line};
    std::string verb;
    std::string name;
    in >> verb;
    if (verb == "plan") return plan_now();
    in >> name;
    if (verb == "task") {
      want(name, in);
    } else if (verb == "gone") {
      CHECK(wanted_.erase(TaskId{name}) == 1, "gone: unknown task");
    } else {
      CHECK(verb == "see", "unknown line in a script");
      meddle(name, in);
    }
    return {};
  }

 private:
  void want(const std::string& name, std::istringstream& in) {
    WantedSandbox wish;
    wish.task = TaskId{name};
    wish.serving = true;
    for (std::string word; in >> word;) {
      const std::string value = word.substr(word.find('=') + 1);
      if (word == "idle") wish.serving = false;
      if (word == "internal") wish.egress = false;
      if (word.starts_with("ingress=")) wish.ports.push_back(port_in(value, false));
      if (word.starts_with("host=")) wish.ports.push_back(port_in(value, true));
      if (!word.starts_with("sysctl=")) continue;
      wish.sysctls.emplace_back();
      wish.sysctls.back().set_key(value.substr(0, value.find('=')));
      wish.sysctls.back().set_value(value.substr(value.find('=') + 1));
    }
    wanted_[wish.task] = wish;
  }

  void meddle(const std::string& what, std::istringstream& in) {
    std::string name;
    in >> name;
    Seen& seen = kernel_.seen();
    if (what == "unlink") return kernel_.carry_out(RemoveLink{name});
    if (what == "unbind") {
      seen.sandboxes.at(TaskId{name}) = {};
    } else if (what == "move") {
      seen.links.at(name).master_index = 99;
    } else if (what == "listen") {
      seen.listening.insert(
          {protocol_in(name.substr(name.find('/') + 1)), static_cast<std::uint16_t>(std::stoul(name))});
    } else if (what == "forget") {
      seen.memory = {};
    } else {
      CHECK(what == "strip", "unknown meddling in a script");
      seen.rules = {};
    }
  }

  std::string plan_now() {
    WantedNetwork network;
    for (const auto& [task, wish] : wanted_) network.sandboxes.push_back(wish);
    const Subnet subnet = *Subnet::parse("172.18.0.0/16");
    const Plan made = plan(network, subnet, kernel_.seen());
    std::string out;
    for (const Step& step : made.steps) {
      out += text(step) + "\n";
      kernel_.carry_out(step);
    }
    for (const std::string& problem : made.problems) out += "problem: " + problem + "\n";
    EXPECT_TRUE(plan(network, subnet, kernel_.seen()).steps.empty()) << "a carried-out plan leaves steps";
    return out.empty() ? "nothing\n" : out;
  }

  std::map<TaskId, WantedSandbox> wanted_;
  FakeKernel kernel_;
};

// Cases are separated by empty lines; the kernel goes on from case to case within a file.
std::string answered(const std::string& content) {
  Script script;
  std::string out;
  std::istringstream in{content};
  bool in_answer = false;
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) in_answer = false;
    if (in_answer) continue;
    out += line + "\n";
    if (line.empty() || line[0] == '#') continue;
    if (line == "----") {
      in_answer = true;
      out += script.run("plan");
    } else if (line != "plan") {
      script.run(line);
    }
  }
  return out;
}

class PlanScript : public testing::TestWithParam<std::string> {};

TEST_P(PlanScript, GivesTheStepsItSays) {
  std::ostringstream content;
  content << std::ifstream{GetParam()}.rdbuf();
  ASSERT_FALSE(content.str().empty());
  const std::string now = answered(content.str());
  if (std::getenv("SKEIN_REWRITE") != nullptr) std::ofstream{GetParam()} << now;
  EXPECT_EQ(content.str(), now);
}

std::vector<std::string> scripts() {
  std::vector<std::string> found;
  for (const auto& file : std::filesystem::directory_iterator{SKEIN_TEST_DATA "/netmesh"}) {
    found.push_back(file.path().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string stem(const testing::TestParamInfo<std::string>& info) {
  return std::filesystem::path{info.param}.stem().string();
}

INSTANTIATE_TEST_SUITE_P(Netmesh, PlanScript, testing::ValuesIn(scripts()), stem);

}  // namespace
}  // namespace skein::mesh
