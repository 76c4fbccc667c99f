#include "netmesh/nft.h"

#include <fmt/format.h>
#include <nftables/libnftables.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "netmesh/names.h"

namespace skein::mesh {
namespace {

using nlohmann::json;

// libnftables lists a translation to "address . port" without saying so, but wants to be told: add what it leaves out.
json for_input(json expression) {
  for (json& statement : expression) {
    if (!statement.contains("dnat")) continue;
    json& dnat = statement["dnat"];
    if (dnat["addr"].is_object()) dnat["type_flags"] = "concat";
  }
  return expression;
}

// Writes edits as libnftables commands for the table of one family.
class Commands {
 public:
  explicit Commands(const std::string& family) : family_{family} {}

  std::string text() const { return json{{"nftables", commands_}}.dump(); }

  void table(const char* verb) { add(verb, "table", {{"family", family_}, {"name", kTable}}); }

  void append(const RuleEdit& edit) {
    const json jump = {{"goto", {{"target", edit.name}}}};
    switch (edit.kind) {
      case RuleEditKind::drop_table:
        return table("delete");
      case RuleEditKind::add_table:
        return table("add");
      case RuleEditKind::add_frame:
        return frame(edit);
      case RuleEditKind::add_chain:
        return object("add", "chain", {{"name", edit.name}});
      case RuleEditKind::fill_chain:
        return fill(edit);
      case RuleEditKind::publish:
        return element("add", "published", json::array({key(edit.port), jump}));
      case RuleEditKind::retract:
        return element("delete", "published", key(edit.port));
      case RuleEditKind::refuse:
        return element("add", "refused", key(edit.port));
      case RuleEditKind::accept:
        return element("delete", "refused", key(edit.port));
      case RuleEditKind::drop_chain:
        return object("delete", "chain", {{"name", edit.name}});
    }
  }

 private:
  static json key(const PortKey& port) { return {{"concat", {protocol_number(port.protocol), port.number}}}; }

  void add(const char* verb, const std::string& kind, const json& fields) {
    commands_.push_back({{verb, {{kind, fields}}}});
  }

  void object(const char* verb, const std::string& kind, json fields) {
    fields["family"] = family_;
    fields["table"] = kTable;
    add(verb, kind, fields);
  }

  void element(const char* verb, const char* set, const json& element) {
    object(verb, "element", {{"name", set}, {"elem", json::array({element})}});
  }

  void fill(const RuleEdit& edit) {
    object("flush", "chain", {{"name", edit.name}});
    for (const std::string& rule : edit.rules) {
      object("add", "rule", {{"chain", edit.name}, {"expr", for_input(json::parse(rule))}});
    }
  }

  void frame(const RuleEdit& edit) {
    const json definition = json::parse(edit.definition);
    for (const auto& [kind, fields] : definition.items()) {
      json named = fields;
      named["name"] = edit.name;
      object("add", kind, named);
    }
  }

  const std::string& family_;
  json commands_ = json::array();
};

std::optional<PortKey> port_of(const json& element) {
  const json& parts = element.at("concat");
  for (const auto protocol : {PortConfig::TCP, PortConfig::UDP, PortConfig::SCTP}) {
    if (parts.at(0) == protocol_number(protocol)) return PortKey{protocol, parts.at(1).get<std::uint16_t>()};
  }
  return std::nullopt;
}

// What tells one definition from another; handles and names are not part of it.
std::string definition(const std::string& kind, json fields) {
  for (const char* key : {"family", "table", "name", "handle", "elem"}) fields.erase(key);
  return json{{kind, fields}}.dump();
}

void read_elements(const std::string& set, const json& fields, RuleSet& rules) {
  for (const json& element : fields.value("elem", json::array())) {
    const bool is_map = element.is_array();
    const auto port = port_of(is_map ? element.at(0) : element);
    // An element we could not have written makes the set a strange one, so that the table is rebuilt.
    if (!port || is_map != (set == "published")) {
      rules.frame[set] += " with strange elements";
      return;
    }
    if (is_map) {
      const json& target = element.at(1);
      rules.published[*port] = target.contains("goto") ? target["goto"].at("target").get<std::string>() : target.dump();
    } else {
      rules.refused.insert(*port);
    }
  }
}

void read_object(const std::string& kind, const json& fields, RuleSet& rules) {
  if (kind == "metainfo" || kind == "table") return;
  if (kind == "rule") {
    rules.chains[fields.at("chain").get<std::string>()].push_back(fields.at("expr").dump());
    return;
  }
  const std::string name = fields.at("name").get<std::string>();
  if (kind == "chain") rules.chains[name];
  if (kind != "chain" || fields.contains("hook")) rules.frame[name] = definition(kind, fields);
  if (name == "published" || name == "refused") read_elements(name, fields, rules);
}

}  // namespace

void Nft::Free::operator()(nft_ctx* context) const { nft_ctx_free(context); }

Result<Nft> Nft::open(std::string family) {
  Nft nft{nft_ctx_new(NFT_CTX_DEFAULT), std::move(family)};
  nft_ctx* context = nft.context_.get();
  if (context == nullptr) return Refusal{Errc::fault, "libnftables: no context"};
  nft_ctx_output_set_flags(context, NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_NUMERIC_PROTO);
  if (nft_ctx_buffer_output(context) != 0 || nft_ctx_buffer_error(context) != 0) {
    return Refusal{Errc::fault, "libnftables: no buffers"};
  }
  return nft;
}

Result<std::string> Nft::run(const std::string& command) {
  const int error = nft_run_cmd_from_buffer(context_.get(), command.c_str());
  std::string output = nft_ctx_get_output_buffer(context_.get());
  const std::string complaint = nft_ctx_get_error_buffer(context_.get());
  if (error == 0) return output;
  const bool absent = complaint.find("No such file or directory") != std::string::npos;
  return Refusal{absent ? Errc::not_found : Errc::fault, "nftables: " + complaint.substr(0, complaint.find('\n'))};
}

Result<RuleSet> Nft::read() {
  Commands ask{family_};
  ask.table("list");
  const auto listed = run(ask.text());
  if (!listed && listed.refusal().code == Errc::not_found) return RuleSet{};
  if (!listed) return listed.refusal();
  RuleSet rules;
  try {
    const json answer = json::parse(*listed);
    for (const json& object : answer.at("nftables")) {
      for (const auto& [kind, fields] : object.items()) read_object(kind, fields, rules);
    }
  } catch (const json::exception& e) {
    return Refusal{Errc::fault, fmt::format("nftables: unexpected listing: {}", e.what())};
  }
  return rules;
}

Result<void> Nft::write(const std::vector<RuleEdit>& edits) {
  Commands commands{family_};
  for (const RuleEdit& edit : edits) commands.append(edit);
  const auto done = run(commands.text());
  if (!done) return done.refusal();
  return {};
}

Result<void> Nft::drop() {
  Commands commands{family_};
  commands.table("delete");
  const auto done = run(commands.text());
  if (!done && done.refusal().code != Errc::not_found) return done.refusal();
  return {};
}

}  // namespace skein::mesh
