#include "tools/skein/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "runtime/api/enum_names.h"
#include "tools/skein/words.h"

namespace skein::cli {
namespace {

template <class Message>
std::vector<const Message*> sorted(const google::protobuf::RepeatedPtrField<Message>& list, const auto& name) {
  std::vector<const Message*> out;
  for (const Message& each : list) out.push_back(&each);
  std::stable_sort(out.begin(), out.end(),
                   [&](const auto* a, const auto* b) { return natural_less(name(*a), name(*b)); });
  return out;
}

std::string labels_text(const google::protobuf::RepeatedPtrField<Label>& labels) {
  std::string out;
  for (const Label& label : labels) out += (out.empty() ? "" : ",") + label.key() + "=" + label.value();
  return out;
}

std::string age(std::int64_t since_ns, WallTime now) {
  return human_duration(std::max<std::int64_t>(0, now.ns - since_ns)) + " ago";
}

// "Less than a second ago" is how docker's secret and config lists say it.
Cell age_cell(std::int64_t since_ns, const RowOptions& options) { return age(since_ns, options.now); }

Style style_of(NodeStatus::State state) {
  if (state == NodeStatus::READY) return Style::good;
  return state == NodeStatus::DOWN ? Style::bad : Style::busy;
}

std::string manager_text(const Node& node, const control::Answer& answer) {
  if (!node.has_manager()) return "";
  if (node.id() == answer.leader_id()) return "Leader";
  return node.manager().reachable() ? "Reachable" : "Unreachable";
}

Cell replicas_cell(const Service& service, const control::ServiceCounts& counts) {
  const Style style = counts.running() >= counts.desired() ? Style::good : Style::busy;
  return {replicas_text(service, counts), style};
}

}  // namespace

Listing node_rows(const control::Answer& answer) {
  Listing out{{{"ID", "ID"},
               {"HOSTNAME", "Hostname"},
               {"STATUS", "Status"},
               {"AVAILABILITY", "Availability"},
               {"MANAGER STATUS", "ManagerStatus"},
               {"ENGINE VERSION", "EngineVersion"},
               {nullptr, "Self"}}};
  for (const Node* node : sorted(answer.nodes(), [](const Node& n) { return n.description().hostname(); })) {
    const bool self = node->id() == answer.node_id();
    Cell id{node->id() + (self ? " *" : "  ")};
    id.json = node->id();
    const auto availability = node->spec().availability();
    out.add({std::move(id),
             node->description().hostname(),
             {capitalised(name_of(node->status().state())), style_of(node->status().state())},
             {capitalised(name_of(availability)), availability == NodeSpec::ACTIVE ? Style::plain : Style::busy},
             manager_text(*node, answer),
             node->description().engine_version(),
             self ? "true" : "false"});
  }
  return out;
}

Listing service_rows(const control::Answer& answer) {
  Listing out{{{"ID", "ID"},
               {"NAME", "Name"},
               {"MODE", "Mode"},
               {"REPLICAS", "Replicas"},
               {"IMAGE", "Image"},
               {"PORTS", "Ports"}}};
  static const control::ServiceCounts kNone;
  for (const Service* service : sorted(answer.services(), [](const Service& s) { return s.spec().name(); })) {
    const auto* counts = counts_of(answer, service->id());
    out.add({short_id(service->id()), service->spec().name(), mode_name(service->spec()),
             replicas_cell(*service, counts ? *counts : kNone),
             without_digest(service->spec().task().container().image()),
             ports_text(service->endpoint().ports(), PortConfig::INGRESS)});
  }
  return out;
}

Listing network_rows(const control::Answer& answer, const RowOptions& options) {
  struct Row {
    std::string id, name, driver, scope, created;
  };
  std::vector<Row> rows;
  for (const Network& network : answer.networks()) {
    const NetworkSpec& spec = network.spec();
    rows.push_back({network.id(), spec.name(), spec.driver().empty() ? "overlay" : spec.driver(), "swarm",
                    go_time(network.created_at_ns())});
  }
  for (const control::LocalNetwork& network : answer.local_networks())
    rows.push_back({network.id(), network.name(), network.driver(), "local", go_time(network.created_at_ns())});
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return natural_less(a.name, b.name); });
  Listing out{
      {{"NETWORK ID", "ID"}, {"NAME", "Name"}, {"DRIVER", "Driver"}, {"SCOPE", "Scope"}, {nullptr, "CreatedAt"}}};
  for (const Row& row : rows)
    out.add({options.no_trunc ? row.id : short_id(row.id), row.name, row.driver, row.scope, row.created});
  return out;
}

Listing secret_rows(const control::Answer& answer, const RowOptions& options) {
  Listing out{{{"ID", "ID"},
               {"NAME", "Name"},
               {"DRIVER", "Driver"},
               {"CREATED", "CreatedAt"},
               {"UPDATED", "UpdatedAt"},
               {nullptr, "Labels"}}};
  for (const File* file : sorted(answer.files(), [](const File& f) { return f.spec().name(); }))
    out.add({file->id(), file->spec().name(), file->spec().driver(), age_cell(file->created_at_ns(), options),
             age_cell(file->updated_at_ns(), options), labels_text(file->spec().labels())});
  return out;
}

Listing config_rows(const control::Answer& answer, const RowOptions& options) {
  Listing out{
      {{"ID", "ID"}, {"NAME", "Name"}, {"CREATED", "CreatedAt"}, {"UPDATED", "UpdatedAt"}, {nullptr, "Labels"}}};
  for (const File* file : sorted(answer.files(), [](const File& f) { return f.spec().name(); }))
    out.add({file->id(), file->spec().name(), age_cell(file->created_at_ns(), options),
             age_cell(file->updated_at_ns(), options), labels_text(file->spec().labels())});
  return out;
}

std::string mode_name(const ServiceSpec& spec) {
  switch (spec.mode_case()) {
    case ServiceSpec::kGlobal:
      return "global";
    case ServiceSpec::kGlobalJob:
      return "global job";
    case ServiceSpec::kReplicatedJob:
      return "replicated job";
    default:
      return "replicated";
  }
}

const control::ServiceCounts* counts_of(const control::Answer& answer, const std::string& service_id) {
  for (const control::ServiceCounts& counts : answer.counts())
    if (counts.service_id() == service_id) return &counts;
  return nullptr;
}

std::string replicas_text(const Service& service, const control::ServiceCounts& counts) {
  std::string out = fmt::format("{}/{}", counts.running(), counts.desired());
  const ServiceSpec& spec = service.spec();
  if (spec.has_replicated_job())
    out += fmt::format(" ({}/{} completed)", counts.completed(), spec.replicated_job().total_completions());
  else if (spec.has_global_job())
    out += fmt::format(" ({}/{} completed)", counts.completed(), counts.desired() + counts.completed());
  else if (spec.task().placement().max_replicas() > 0)
    out += fmt::format(" (max {} per node)", spec.task().placement().max_replicas());
  return out;
}

std::string ports_text(const google::protobuf::RepeatedPtrField<PortConfig>& ports, PortConfig::PublishMode mode) {
  std::string out;
  for (const PortConfig& port : ports) {
    if (port.publish_mode() != mode || port.published_port() == 0) continue;
    out += fmt::format("{}*:{}->{}/{}", out.empty() ? "" : (mode == PortConfig::HOST ? "," : ", "),
                       port.published_port(), port.target_port(), name_of(port.protocol()));
  }
  return out;
}

std::string hostname_of(const control::Answer& answer, const std::string& node_id) {
  for (const Node& node : answer.nodes())
    if (node.id() == node_id) return node.description().hostname();
  return node_id;
}

}  // namespace skein::cli
