#include "tools/skein/tell.h"

#include <fmt/format.h>

#include "runtime/api/enum_names.h"
#include "runtime/api/record_json.h"
#include "tools/skein/rows.h"
#include "tools/skein/words.h"

namespace skein::cli {
namespace {

std::string spec_text(const ServiceSpec& spec) {
  std::string out = fmt::format("{}: {}, image {}", spec.name(), mode_name(spec), spec.task().container().image());
  if (spec.has_replicated()) out += fmt::format(", replicas {}", spec.replicated().replicas());
  if (spec.task().force_update() != 0) out += fmt::format(", forced {}", spec.task().force_update());
  return out;
}

std::string created_text(const TaskCreated& created) {
  std::string out = "of service " + short_id(created.service_id());
  if (created.slot() != 0) out += fmt::format(", slot {}", created.slot());
  if (!created.node_id().empty()) out += ", on node " + short_id(created.node_id());
  if (!created.replaces().empty()) out += ", in place of " + short_id(created.replaces());
  return out;
}

std::string status_text(const TaskStatus& status) {
  std::string out = state_name(status.state());
  if (!status.error().empty()) return out + ": " + status.error();
  if (!status.message().empty()) out += ": " + status.message();
  if (status.state() == TASK_FAILED || status.state() == TASK_COMPLETE)
    out += fmt::format(" (exit code {})", status.exit_code());
  return out;
}

std::string node_spec_text(const NodeSpec& spec) {
  std::string out = fmt::format("{}, {}", name_of(spec.role()), name_of(spec.availability()));
  for (const Label& label : spec.labels()) out += ", " + label.key() + "=" + label.value();
  return out;
}

std::string node_status_text(const NodeStatus& status) {
  std::string out{name_of(status.state())};
  return status.message().empty() ? out : out + ": " + status.message();
}

std::string progress_text(const UpdateStatus& status) {
  std::string out{name_of(status.state())};
  return status.message().empty() ? out : out + ": " + status.message();
}

std::string task_text(const Event& event) {
  switch (event.body_case()) {
    case Event::kTaskCreated:
      return created_text(event.task_created());
    case Event::kTaskAssigned:
      return "to node " + short_id(event.task_assigned().node_id());
    case Event::kTaskHeldBack:
      return event.task_held_back().reason();
    case Event::kTaskDesiredStateSet:
      return "wanted: " + state_name(event.task_desired_state_set().desired());
    case Event::kTaskObserved:
      return status_text(event.task_observed().status());
    default:
      return "";
  }
}

std::string node_text(const Event& event) {
  switch (event.body_case()) {
    case Event::kNodeJoined:
      return fmt::format("{} as {}", event.node_joined().description().hostname(), name_of(event.node_joined().role()));
    case Event::kNodeSpecChanged:
      return node_spec_text(event.node_spec_changed().spec());
    case Event::kNodeStatusChanged:
      return node_status_text(event.node_status_changed().status());
    case Event::kNodeRoleChanged:
      return std::string{name_of(event.node_role_changed().role())};
    case Event::kNodeDescribed:
      return event.node_described().description().hostname();
    default:
      return "";
  }
}

std::string service_text(const Event& event) {
  switch (event.body_case()) {
    case Event::kServiceCreated:
      return spec_text(event.service_created().spec());
    case Event::kServiceUpdated:
      return spec_text(event.service_updated().spec());
    case Event::kServiceRolledBack:
      return event.service_rolled_back().automatic() ? "because the update failed" : "as told";
    case Event::kServiceUpdateProgressed:
      return progress_text(event.service_update_progressed().status());
    default:
      return "";
  }
}

std::string other_text(const Event& event) {
  switch (event.body_case()) {
    case Event::kTermStarted:
      return "leader " + short_id(event.term_started().leader());
    case Event::kNetworkCreated:
      return event.network_created().spec().name();
    case Event::kSecretCreated:
      return event.secret_created().spec().name();
    case Event::kConfigCreated:
      return event.config_created().spec().name();
    case Event::kMembershipChanged:
      return fmt::format("{} managers", event.membership_changed().peers_size());
    default:
      return "";
  }
}

Style event_style(const Event& event) {
  return event.body_case() == Event::kTaskObserved ? style_of(event.task_observed().status().state()) : Style::plain;
}

}  // namespace

std::string what_happened(const Event& event) {
  for (const auto& text : {task_text(event), node_text(event), service_text(event)})
    if (!text.empty()) return text;
  return other_text(event);
}

std::string time_text(std::int64_t at_ns) {
  std::string text = rfc3339(WallTime{at_ns}).substr(0, 23);
  text[10] = ' ';
  return text;
}

std::string who(const Origin& origin) {
  const std::string principal = origin.principal().empty() ? "?" : origin.principal();
  return origin.via().empty() ? principal : principal + " via " + origin.via();
}

std::string event_text(const Console& console, const Record& record, const Event& event) {
  const std::string type = event_type(event);
  const std::string text = what_happened(event);
  const std::string line =
      fmt::format("{:>8}  {}  {:<28}  {:<20}  {:<12}  {}", record.index(), time_text(record.at_ns()),
                  who(record.origin()), type.empty() ? "(unknown)" : type, short_id(event.id()), text);
  return dressed(console, event_style(event), cut(console, line.substr(0, line.find_last_not_of(' ') + 1)));
}

std::string step_text(const Console& console, const control::WhyStep& step) {
  const Record& record = step.record();
  const Origin& origin = record.origin();
  std::string head = fmt::format("{:>8}  {}  {}", record.index(), time_text(record.at_ns()), who(origin));
  if (!origin.command_kind().empty()) head += ": " + origin.command_kind();
  if (origin.cause_index() != 0) head += fmt::format("  (because of {})", origin.cause_index());
  std::string out = dressed(console, Style::strong, cut(console, head)) + "\n";
  for (const Event& event : record.events()) {
    const std::string text = what_happened(event);
    const std::string line =
        fmt::format("{:>10}{} {}{}", "", event_type(event), short_id(event.id()), text.empty() ? "" : ": " + text);
    out += dressed(console, event_style(event), cut(console, line)) + "\n";
  }
  if (step.events_left_out() != 0) out += fmt::format("{:>10}and {} more\n", "", step.events_left_out());
  return out;
}

}  // namespace skein::cli
