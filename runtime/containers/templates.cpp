#include "runtime/containers/templates.h"

#include <algorithm>
#include <optional>

namespace skein {
namespace {

constexpr const char* kBlanks = " \t\r\n";

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string slot_text(const AssignedTask& task) {
  return task.slot() != 0 ? std::to_string(task.slot()) : task.node_id();
}

// Go prints a map as map[a:1 b:2], sorted by key.
std::string labels_text(const AssignedTask& task) {
  std::string out = "map[";
  for (const auto& label : task.service_labels()) {
    out += (out.size() > 4 ? " " : "") + label.key() + ":" + label.value();
  }
  return out + "]";
}

std::string label(const AssignedTask& task, const std::string& key) {
  for (const auto& each : task.service_labels()) {
    if (each.key() == key) return each.value();
  }
  return {};
}

// {{index .Service.Labels "key"}}
std::optional<std::string> indexed(const std::string& action, const AssignedTask& task) {
  if (!action.starts_with("index ")) return std::nullopt;
  const auto rest = trimmed(action.substr(6));
  const std::string map = ".Service.Labels";
  if (!rest.starts_with(map + " ")) return std::nullopt;
  const auto key = trimmed(rest.substr(map.size()));
  if (key.size() < 2 || key.front() != '"' || key.back() != '"') return std::nullopt;
  return label(task, key.substr(1, key.size() - 2));
}

std::optional<std::string> field(const std::string& action, const AssignedTask& task, const NodeFacts& node) {
  if (action == ".Service.ID") return task.service_id();
  if (action == ".Service.Name") return task.service_name();
  if (action == ".Service.Labels") return labels_text(task);
  if (action == ".Node.ID") return node.id;
  if (action == ".Node.Hostname") return node.hostname;
  if (action == ".Node.Platform.Architecture") return node.architecture;
  if (action == ".Node.Platform.OS") return node.os;
  if (action == ".Task.ID") return task.id();
  if (action == ".Task.Name") return task_name(task);
  if (action == ".Task.Slot") return slot_text(task);
  const std::string labels = ".Service.Labels.";
  if (action.starts_with(labels) && action.find(' ') == std::string::npos)
    return label(task, action.substr(labels.size()));
  return indexed(action, task);
}

Refusal not_understood(const std::string& action) {
  return {Errc::invalid, "expanding template failed: {{" + action + "}} is not understood"};
}

}  // namespace

std::string task_name(const AssignedTask& task) {
  return task.service_name() + "." + slot_text(task) + "." + task.id();
}

Result<std::string> expand_template(const std::string& text, const AssignedTask& task, const NodeFacts& node) {
  std::string out;
  std::size_t at = 0;
  for (std::size_t open = 0; (open = text.find("{{", at)) != std::string::npos;) {
    const auto close = text.find("}}", open);
    if (close == std::string::npos) return Refusal{Errc::invalid, "expanding template failed: unclosed action"};
    auto action = text.substr(open + 2, close - open - 2);
    const bool trim_left = action.starts_with("- ");
    const bool trim_right = action.size() > 2 && action.ends_with(" -");
    out += text.substr(at, open - at);
    if (trim_left) out.erase(out.find_last_not_of(kBlanks) + 1), action.erase(0, 2);
    if (trim_right) action.erase(action.size() - 2);
    const auto value = field(trimmed(action), task, node);
    if (!value) return not_understood(action);
    out += *value;
    at = close + 2;
    if (trim_right) at = std::min(text.find_first_not_of(kBlanks, at), text.size());
  }
  return out + text.substr(at);
}

}  // namespace skein
