#include "runtime/images/config_changes.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace skein::images {
namespace {

using nlohmann::json;
using Pairs = std::vector<std::pair<std::string, std::string>>;

Refusal invalid(const std::string& text) { return {Errc::invalid, text}; }

std::string trimmed(const std::string& text) {
  const std::size_t from = text.find_first_not_of(" \t\r\n");
  if (from == std::string::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

// Words split at blanks; quotes group and go away, a backslash takes the next character as it is.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      word += text[++i];
      inside = true;
    } else if (quote != 0 ? c == quote : (c == '"' || c == '\'')) {
      quote = quote == 0 ? c : '\0';
      inside = true;
    } else if (quote == 0 && std::isspace(static_cast<unsigned char>(c))) {
      if (inside) words.push_back(std::exchange(word, {}));
      inside = false;
    } else {
      word += c;
      inside = true;
    }
  }
  if (inside) words.push_back(word);
  return words;
}

// ["a","b"], or nothing if it is not that form.
std::optional<json> exec_form(const std::string& text) {
  json list = json::parse(text, nullptr, false);
  if (!list.is_array()) return std::nullopt;
  const bool only_texts = std::all_of(list.begin(), list.end(), [](const json& item) { return item.is_string(); });
  return only_texts ? std::optional{std::move(list)} : std::nullopt;
}

json command_line(const std::string& text) {
  if (auto list = exec_form(text)) return *std::move(list);
  return json::array({"/bin/sh", "-c", text});
}

// "k=v k2=v2", or the old "k v".
Result<Pairs> pairs_of(const std::string& instruction, const std::string& text) {
  Pairs pairs;
  const auto words = words_of(text);
  if (!words.empty() && words.front().find('=') == std::string::npos) {
    const std::size_t blank = text.find_first_of(" \t");
    if (blank == std::string::npos) return invalid(instruction + " must have two arguments");
    pairs.emplace_back(text.substr(0, blank), trimmed(text.substr(blank)));
    return pairs;
  }
  for (const auto& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) {
      return invalid("Syntax error - can't find = in \"" + word + "\". Must be of the form: name=value");
    }
    if (equals == 0) return invalid(instruction + " names can not be blank");
    pairs.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  return pairs;
}

void set_env(json& config, const std::string& key, const std::string& value) {
  json& env = config["Env"];
  if (!env.is_array()) env = json::array();
  for (auto& line : env) {
    if (line.get<std::string>().starts_with(key + "=")) {
      line = key + "=" + value;
      return;
    }
  }
  env.push_back(key + "=" + value);
}

std::optional<unsigned> number(const std::string& text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "80", "80/udp", "8000-8010/tcp".
Result<void> expose(json& config, const std::string& word) {
  const std::size_t slash = word.find('/');
  const std::string protocol = slash == std::string::npos ? "tcp" : word.substr(slash + 1);
  const std::string range = word.substr(0, slash);
  const std::size_t dash = range.find('-');
  const auto first = number(range.substr(0, dash));
  const auto last = dash == std::string::npos ? first : number(range.substr(dash + 1));
  if (!first || !last || *first > *last || *last > 65535) return invalid("Invalid containerPort: " + range);
  if (protocol != "tcp" && protocol != "udp" && protocol != "sctp") return invalid("Invalid proto: " + protocol);
  for (unsigned port = *first; port <= *last; ++port) {
    config["ExposedPorts"][std::to_string(port) + "/" + protocol] = json::object();
  }
  return {};
}

// Go's time.ParseDuration, in nanoseconds: "1m30s", "500ms".
std::optional<std::int64_t> nanoseconds(const std::string& text) {
  static const std::map<std::string, double> kUnits{{"ns", 1},  {"us", 1e3}, {"ms", 1e6},
                                                    {"s", 1e9}, {"m", 6e10}, {"h", 3.6e12}};
  double sum = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t unit = text.find_first_not_of("0123456789.", at);
    if (unit == std::string::npos || unit == at) return std::nullopt;
    const std::size_t end = std::min(text.find_first_of("0123456789.", unit), text.size());
    const auto factor = kUnits.find(text.substr(unit, end - unit));
    double value = 0;
    const auto parsed = std::from_chars(text.data() + at, text.data() + unit, value);
    if (factor == kUnits.end() || parsed.ec != std::errc{} || parsed.ptr != text.data() + unit) return std::nullopt;
    sum += value * factor->second;
    at = end;
  }
  if (text.empty() || sum > 9e18) return std::nullopt;
  return static_cast<std::int64_t>(sum);
}

Result<void> health_flag(json& check, const std::string& flag) {
  static const std::map<std::string, std::string> kTimes{{"--interval", "Interval"},
                                                         {"--timeout", "Timeout"},
                                                         {"--start-period", "StartPeriod"},
                                                         {"--start-interval", "StartInterval"}};
  const std::size_t equals = std::min(flag.find('='), flag.size());
  const std::string name = flag.substr(0, equals);
  const std::string value = equals < flag.size() ? flag.substr(equals + 1) : "";
  if (name == "--retries") {
    const auto retries = number(value);
    if (!retries || *retries > 1000) return invalid("--retries must be an integer: " + value);
    check["Retries"] = *retries;
    return {};
  }
  const auto field = kTimes.find(name);
  if (field == kTimes.end()) return invalid("Unknown flag: " + name.substr(2));
  const auto time = nanoseconds(value);
  if (!time) return invalid("time: invalid duration \"" + value + "\"");
  if (*time != 0 && *time < 1'000'000) return invalid("Interval \"" + name.substr(2) + "\" cannot be less than 1ms");
  check[field->second] = *time;
  return {};
}

Result<void> healthcheck(json& config, const std::string& text) {
  json check = json::object();
  std::string rest = text;
  while (rest.starts_with("--")) {
    const std::size_t blank = std::min(rest.find_first_of(" \t"), rest.size());
    if (auto r = health_flag(check, rest.substr(0, blank)); !r) return r;
    rest = trimmed(rest.substr(blank));
  }
  const std::size_t blank = std::min(rest.find_first_of(" \t"), rest.size());
  std::string kind = rest.substr(0, blank);
  std::transform(kind.begin(), kind.end(), kind.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const std::string command = trimmed(rest.substr(blank));
  if (kind == "NONE") {
    if (!command.empty()) return invalid("HEALTHCHECK NONE takes no arguments");
    config["Healthcheck"] = {{"Test", json::array({"NONE"})}};
    return {};
  }
  if (kind != "CMD") return invalid("Unknown type \"" + kind + "\" in HEALTHCHECK (try CMD)");
  if (command.empty()) return invalid("Missing command after HEALTHCHECK CMD");
  if (auto list = exec_form(command)) {
    list->insert(list->begin(), "CMD");
    check["Test"] = *std::move(list);
  } else {
    check["Test"] = json::array({"CMD-SHELL", command});
  }
  config["Healthcheck"] = std::move(check);
  return {};
}

Result<void> env(json& config, const std::string& text) {
  auto pairs = pairs_of("ENV", text);
  if (!pairs) return pairs.refusal();
  for (const auto& [key, value] : *pairs) set_env(config, key, value);
  return {};
}

Result<void> label(json& config, const std::string& text) {
  auto pairs = pairs_of("LABEL", text);
  if (!pairs) return pairs.refusal();
  for (const auto& [key, value] : *pairs) config["Labels"][key] = value;
  return {};
}

Result<void> exposes(json& config, const std::string& text) {
  for (const auto& word : words_of(text)) {
    if (auto r = expose(config, word); !r) return r;
  }
  return {};
}

Result<void> volumes(json& config, const std::string& text) {
  const auto list = exec_form(text);
  const auto names = list ? list->get<std::vector<std::string>>() : words_of(text);
  for (const auto& name : names) {
    if (trimmed(name).empty()) return invalid("VOLUME specified can not be an empty string");
    config["Volumes"][trimmed(name)] = json::object();
  }
  return {};
}

Result<void> working_dir(json& config, const std::string& text) {
  const std::string before = config.value("WorkingDir", "/");
  config["WorkingDir"] = text.starts_with('/') ? text : before + (before.ends_with('/') ? "" : "/") + text;
  return {};
}

Result<void> set_text(json& config, const char* field, const std::string& text) {
  config[field] = text;
  return {};
}

using Apply = std::function<Result<void>(json&, const std::string&)>;

const std::map<std::string, Apply>& instructions() {
  static const std::map<std::string, Apply> kAll{
      {"cmd",
       [](json& c, const std::string& t) {
         c["Cmd"] = command_line(t);
         return Result<void>{};
       }},
      {"entrypoint",
       [](json& c, const std::string& t) {
         c["Entrypoint"] = command_line(t);
         return Result<void>{};
       }},
      {"env", env},
      {"expose", exposes},
      {"healthcheck", healthcheck},
      {"label", label},
      {"onbuild",
       [](json& c, const std::string& t) {
         c["OnBuild"].push_back(t);
         return Result<void>{};
       }},
      {"stopsignal", [](json& c, const std::string& t) { return set_text(c, "StopSignal", t); }},
      {"user", [](json& c, const std::string& t) { return set_text(c, "User", t); }},
      {"volume", volumes},
      {"workdir", working_dir},
  };
  return kAll;
}

}  // namespace

Result<void> apply_changes(const std::vector<std::string>& changes, nlohmann::json& config) {
  for (const auto& change : changes) {
    const std::string line = trimmed(change);
    if (line.empty()) continue;
    const std::size_t blank = std::min(line.find_first_of(" \t"), line.size());
    std::string name = line.substr(0, blank);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto instruction = instructions().find(name);
    if (instruction == instructions().end()) return invalid(name + " is not a valid change command");
    const std::string arguments = trimmed(line.substr(blank));
    if (arguments.empty()) {
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      return invalid(name + " requires at least one argument");
    }
    if (auto r = instruction->second(config, arguments); !r) return r;
  }
  return {};
}

}  // namespace skein::images
