#include "netmesh/rules.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "netmesh/names.h"

namespace skein::mesh {
namespace {

using nlohmann::json;

json match(const json& left, const json& right, const char* op = "==") {
  return {{"match", {{"op", op}, {"left", left}, {"right", right}}}};
}
json meta(const char* key) { return {{"meta", {{"key", key}}}}; }
json ct(const char* key) { return {{"ct", {{"key", key}}}}; }
json ip_field(const char* field) { return {{"payload", {{"protocol", "ip"}, {"field", field}}}}; }
json prefix(const Subnet& subnet) { return {{"prefix", {{"addr", subnet.base.text()}, {"len", subnet.prefix}}}}; }
json verdict(const char* name) { return {{name, nullptr}}; }
json go_to(const std::string& chain) { return {{"goto", {{"target", chain}}}}; }

json port_fields() { return {{"concat", {meta("l4proto"), {{"payload", {{"protocol", "th"}, {"field", "dport"}}}}}}}; }

json into_bridge() { return match(meta("oifname"), kBridgeLink); }
json was_translated() { return match(ct("status"), "dnat", "in"); }
Subnet loopback() { return Subnet::around(Ipv4{127U << 24U}, 8); }

template <class... Parts>
std::string rule(Parts&&... parts) {
  json expression = json::array();
  (expression.push_back(std::forward<Parts>(parts)), ...);
  return expression.dump();
}

void add_base_chain(RuleSet& rules, const char* name, const char* type, const char* hook, int priority) {
  const json definition = {{"type", type}, {"hook", hook}, {"prio", priority}, {"policy", "accept"}};
  rules.frame[name] = json{{"chain", definition}}.dump();
  rules.chains[name];
}

void add_frame(RuleSet& rules) {
  const json key = {"inet_proto", "inet_service"};
  rules.frame["published"] = json{{"map", {{"type", key}, {"map", "verdict"}}}}.dump();
  rules.frame["refused"] = json{{"set", {{"type", key}}}}.dump();
  add_base_chain(rules, "guard", "filter", "prerouting", -300);
  add_base_chain(rules, "prerouting", "nat", "prerouting", -100);
  add_base_chain(rules, "hairpin", "filter", "prerouting", -90);
  add_base_chain(rules, "output", "nat", "output", -100);
  add_base_chain(rules, "input", "filter", "input", 0);
  add_base_chain(rules, "forward", "filter", "forward", 0);
  add_base_chain(rules, "postrouting", "nat", "postrouting", 100);
}

// route_localnet is on for the bridge, so that 127.0.0.1:<published> works; the guard keeps tasks from using it the
// other way, to reach what listens on the node's loopback (CVE-2020-8558).
void add_guard(RuleSet& rules) {
  rules.chains["guard"] = {
      rule(match(meta("iifname"), kBridgeLink), match(ip_field("daddr"), prefix(loopback())), verdict("drop"))};
}

// Just behind the translation: tells the bridge which flows between two tasks a published port asked for.
void add_hairpin(RuleSet& rules, const Subnet& subnet) {
  const json mark = {{"mangle", {{"key", meta("mark")}, {"value", kHairpinMark}}}};
  rules.chains["hairpin"] = {
      rule(match(meta("iifname"), kBridgeLink), match(ip_field("daddr"), prefix(subnet)), was_translated(), mark)};
}

void add_lookups(RuleSet& rules) {
  const json to_this_node = match({{"fib", {{"result", "type"}, {"flags", {"daddr"}}}}}, "local");
  const json look_up = {{"vmap", {{"key", port_fields()}, {"data", "@published"}}}};
  rules.chains["prerouting"] = {rule(to_this_node, look_up)};
  rules.chains["output"] = rules.chains["prerouting"];
  rules.chains["input"] = {rule(match(ct("state"), "new", "in"), match(port_fields(), "@refused"), go_to("refuse"))};
  rules.chains["refuse"] = {rule(json{{"reject", {{"type", "tcp reset"}}}}),
                            rule(json{{"reject", {{"type", "icmp"}, {"expr", "port-unreachable"}}}})};
}

// Into the bridge go answers and what a published port sent there; neither unpublished ports nor neighbours' packets.
void add_forward(RuleSet& rules) {
  rules.chains["forward"] = {
      rule(into_bridge(), match(ct("state"), {"established", "related"}, "in"), verdict("accept")),
      rule(into_bridge(), was_translated(), verdict("accept")), rule(into_bridge(), verdict("drop"))};
}

// The client's address is kept except where the answer could not find its way back: from loopback, and between tasks of
// this bridge (they must meet at the gateway, being isolated from each other).
void add_postrouting(RuleSet& rules, const Subnet& subnet) {
  const json from_subnet = match(ip_field("saddr"), prefix(subnet));
  const json to_subnet = match(ip_field("daddr"), prefix(subnet));
  const json from_loopback = match(ip_field("saddr"), prefix(loopback()));
  const json outward = match(meta("oifname"), kBridgeLink, "!=");
  rules.chains["postrouting"] = {rule(into_bridge(), was_translated(), from_loopback, verdict("masquerade")),
                                 rule(into_bridge(), was_translated(), from_subnet, to_subnet, verdict("masquerade")),
                                 rule(outward, from_subnet, verdict("masquerade"))};
}

// One backend: a plain translation. Several: round robin by a counter in the kernel.
std::string translation(const PortKey& port, const std::vector<Backend>& backends) {
  const json protocol = match(meta("l4proto"), protocol_number(port.protocol));
  if (backends.size() == 1) {
    return rule(protocol, json{{"dnat", {{"addr", backends[0].address.text()}, {"port", backends[0].port}}}});
  }
  json choices = json::array();
  for (const Backend& backend : backends) {
    const json target = {{"concat", {backend.address.text(), backend.port}}};
    choices.push_back(json::array({choices.size(), target}));
  }
  const json counter = {{"numgen", {{"mode", "inc"}, {"mod", backends.size()}, {"offset", 0}}}};
  const json address = {{"map", {{"key", counter}, {"data", {{"set", choices}}}}}};
  return rule(protocol, json{{"dnat", {{"family", "ip"}, {"addr", address}}}});
}

void add_ports(RuleSet& rules, const PortTable& ports) {
  for (const auto& [port, backends] : ports) {
    if (backends.empty()) {
      rules.refused.insert(port);
      continue;
    }
    rules.published[port] = port_chain(port);
    rules.chains[port_chain(port)] = {translation(port, backends)};
  }
}

class Edits {
 public:
  Edits(const RuleSet& wanted, const RuleSet& seen) : wanted_{wanted}, seen_{seen} {}

  std::vector<RuleEdit> difference() {
    add_chains();
    remove_elements();
    add_elements();
    drop_chains();
    return std::move(edits_);
  }

 private:
  // Creating all chains before filling any lets rules name each other.
  void add_chains() {
    for (const auto& [name, rules] : wanted_.chains) {
      if (!seen_.chains.contains(name)) edits_.push_back({RuleEditKind::add_chain, name, {}, {}, {}});
    }
    for (const auto& [name, rules] : wanted_.chains) {
      const auto have = seen_.chains.find(name);
      const bool right = have == seen_.chains.end() ? rules.empty() : have->second == rules;
      if (!right) edits_.push_back({RuleEditKind::fill_chain, name, {}, rules, {}});
    }
  }
  void remove_elements() {
    for (const auto& [port, chain] : seen_.published) {
      const auto want = wanted_.published.find(port);
      const bool right = want != wanted_.published.end() && want->second == chain;
      if (!right) edits_.push_back({RuleEditKind::retract, "published", {}, {}, port});
    }
    for (const PortKey& port : seen_.refused) {
      if (!wanted_.refused.contains(port)) edits_.push_back({RuleEditKind::accept, "refused", {}, {}, port});
    }
  }
  void add_elements() {
    for (const auto& [port, chain] : wanted_.published) {
      const auto have = seen_.published.find(port);
      const bool right = have != seen_.published.end() && have->second == chain;
      if (!right) edits_.push_back({RuleEditKind::publish, chain, {}, {}, port});
    }
    for (const PortKey& port : wanted_.refused) {
      if (!seen_.refused.contains(port)) edits_.push_back({RuleEditKind::refuse, "refused", {}, {}, port});
    }
  }
  // A chain that others still name cannot be deleted, so strangers are emptied first, all of them.
  void drop_chains() {
    for (const auto& [name, rules] : seen_.chains) {
      const bool strange = !wanted_.chains.contains(name);
      if (strange && !rules.empty()) edits_.push_back({RuleEditKind::fill_chain, name, {}, {}, {}});
    }
    for (const auto& [name, rules] : seen_.chains) {
      if (!wanted_.chains.contains(name)) edits_.push_back({RuleEditKind::drop_chain, name, {}, {}, {}});
    }
  }

  const RuleSet& wanted_;
  const RuleSet& seen_;
  std::vector<RuleEdit> edits_;
};

std::vector<RuleEdit> rebuilt(const RuleSet& wanted, const RuleSet& seen) {
  std::vector<RuleEdit> edits;
  if (seen != RuleSet{}) edits.push_back({RuleEditKind::drop_table, {}, {}, {}, {}});
  edits.push_back({RuleEditKind::add_table, {}, {}, {}, {}});
  RuleSet fresh;
  for (const auto& [name, definition] : wanted.frame) {
    edits.push_back({RuleEditKind::add_frame, name, definition, {}, {}});
    if (wanted.chains.contains(name)) fresh.chains[name];
  }
  for (RuleEdit& edit : Edits{wanted, fresh}.difference()) edits.push_back(std::move(edit));
  return edits;
}

}  // namespace

int protocol_number(PortConfig::Protocol protocol) {
  if (protocol == PortConfig::UDP) return 17;
  return protocol == PortConfig::SCTP ? 132 : 6;
}

std::string port_chain(const PortKey& port) { return fmt::format("{}_{}", protocol_name(port.protocol), port.number); }

RuleSet wanted_rules(const Subnet& subnet, const PortTable& ports) {
  RuleSet rules;
  add_frame(rules);
  add_guard(rules);
  add_hairpin(rules, subnet);
  add_lookups(rules);
  add_forward(rules);
  add_postrouting(rules, subnet);
  add_ports(rules, ports);
  return rules;
}

RuleSet wanted_isolation() {
  RuleSet rules;
  add_base_chain(rules, "forward", "filter", "forward", 0);
  const json from_task = match(meta("iifname"), std::string{kTaskLinkPrefix} + "*");
  rules.chains["forward"] = {rule(from_task, match(meta("mark"), kHairpinMark), verdict("accept")),
                             rule(from_task, verdict("drop"))};
  return rules;
}

std::vector<RuleEdit> rule_edits(const RuleSet& wanted, const RuleSet& seen) {
  if (wanted.frame != seen.frame) return rebuilt(wanted, seen);
  return Edits{wanted, seen}.difference();
}

std::string text(const RuleEdit& edit) {
  switch (edit.kind) {
    case RuleEditKind::drop_table:
      return "drop table";
    case RuleEditKind::add_table:
      return "add table";
    case RuleEditKind::add_frame:
      return "add " + edit.name;
    case RuleEditKind::add_chain:
      return "add chain " + edit.name;
    case RuleEditKind::fill_chain:
      return fmt::format("fill chain {} with {} rules", edit.name, edit.rules.size());
    case RuleEditKind::publish:
      return fmt::format("publish {} by {}", text(edit.port), edit.name);
    case RuleEditKind::retract:
      return "retract " + text(edit.port);
    case RuleEditKind::refuse:
      return "refuse " + text(edit.port);
    case RuleEditKind::accept:
      return "stop refusing " + text(edit.port);
    case RuleEditKind::drop_chain:
      return "drop chain " + edit.name;
  }
  CHECK(false, "unknown rule edit");
}

}  // namespace skein::mesh
