#include "runtime/containers/container.h"

#include <fcntl.h>
#include <google/protobuf/util/json_util.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "runtime/containers/unique_fd.h"

namespace skein {
namespace {

using nlohmann::json;
namespace pbutil = google::protobuf::util;

constexpr int kFormat = 1;

json mount_json(const Mount& mount) {
  std::string text;
  CHECK(pbutil::MessageToJsonString(mount, &text).ok());
  return json::parse(text);
}

json health_json(const HealthConfig& health) {
  std::string text;
  CHECK(pbutil::MessageToJsonString(health, &text).ok());
  return json::parse(text);
}

json to_json(const Container& c) {
  const auto& r = c.record;
  json mounts = json::array();
  for (const auto& mount : r.mounts) mounts.push_back(mount_json(mount));
  return {{"format", kFormat},
          {"id", r.id},
          {"name", r.name},
          {"task_id", r.task_id},
          {"image", r.image},
          {"image_id", r.image_id},
          {"argv", r.argv},
          {"created", r.created.ns},
          {"started", r.started.ns},
          {"finished", r.finished.ns},
          {"exit_code", r.exit_code},
          {"oom_killed", r.oom_killed},
          {"error", r.error},
          {"log_path", r.log_path},
          {"tty", r.tty},
          {"address", r.address},
          {"mounts", mounts},
          {"env", r.env},
          {"working_dir", r.working_dir},
          {"user", r.user},
          {"hostname", r.hostname},
          {"phase", static_cast<int>(c.phase)},
          {"init", {c.init.pid, c.init.start_time}},
          {"monitor", {c.monitor.pid, c.monitor.start_time}},
          {"start_error", c.start_error},
          {"netns_path", c.netns_path},
          {"anonymous_volumes", c.anonymous_volumes},
          {"log", {{"driver", c.log.driver}, {"max_size", c.log.max_size}, {"max_file", c.log.max_file}}},
          {"stop_signal", c.stop_signal},
          {"image_health", health_json(c.image_health)}};
}

ProcessName process_from(const json& pair) { return {pair.at(0).get<pid_t>(), pair.at(1).get<std::uint64_t>()}; }

void record_from(const json& j, ContainerRecord& r) {
  r.id = j.at("id"), r.name = j.at("name"), r.task_id = j.at("task_id"), r.image = j.at("image");
  r.image_id = j.at("image_id"), r.argv = j.at("argv").get<std::vector<std::string>>();
  r.created.ns = j.at("created"), r.started.ns = j.at("started"), r.finished.ns = j.at("finished");
  r.exit_code = j.at("exit_code"), r.oom_killed = j.at("oom_killed"), r.error = j.at("error");
  r.log_path = j.at("log_path"), r.tty = j.at("tty"), r.address = j.at("address");
  r.env = j.at("env").get<std::vector<std::string>>(), r.working_dir = j.at("working_dir");
  r.user = j.at("user"), r.hostname = j.at("hostname");
  for (const auto& text : j.at("mounts")) {
    Mount mount;
    if (pbutil::JsonStringToMessage(text.dump(), &mount).ok()) r.mounts.push_back(std::move(mount));
  }
}

Container from_json(const json& j) {
  Container c;
  record_from(j, c.record);
  c.phase = static_cast<Phase>(j.at("phase").get<int>());
  c.init = process_from(j.at("init")), c.monitor = process_from(j.at("monitor"));
  c.start_error = j.at("start_error"), c.netns_path = j.at("netns_path");
  c.anonymous_volumes = j.at("anonymous_volumes").get<std::vector<std::string>>();
  const auto& log = j.at("log");
  c.log = {log.at("driver"), log.at("max_size"), log.at("max_file")};
  c.stop_signal = j.at("stop_signal");
  (void)pbutil::JsonStringToMessage(j.at("image_health").dump(), &c.image_health);
  c.record.running = c.phase == Phase::running;
  c.record.pid = c.record.running ? c.init.pid : 0;
  return c;
}

Result<void> replace_file(const std::string& path, const std::string& data) {
  const auto temporary = path + ".new";
  const UniqueFd fd{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  const bool written = fd && ::write(fd.get(), data.data(), data.size()) == static_cast<ssize_t>(data.size());
  if (written && std::rename(temporary.c_str(), path.c_str()) == 0) return {};
  return Refusal{Errc::fault, "cannot write " + path + ": " + ::strerror(errno)};
}

std::string slurp(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

Result<void> save_container(const Container& container) {
  const auto task_path = container.dir + "/task.pb";
  std::error_code ignored;
  if (!std::filesystem::exists(task_path, ignored)) {  // a task is what it was when its container was made
    if (auto saved = replace_file(task_path, container.record.task->SerializeAsString()); !saved) return saved;
  }
  const auto text = to_json(container).dump(1, ' ', false, json::error_handler_t::replace);
  return replace_file(container.dir + "/record.json", text);
}

std::optional<Container> load_container(const std::string& dir) {
  try {
    const auto parsed = json::parse(slurp(dir + "/record.json"));
    if (parsed.at("format") != kFormat) return std::nullopt;
    auto container = from_json(parsed);
    container.dir = dir;
    auto task = std::make_shared<AssignedTask>();
    if (!task->ParseFromString(slurp(dir + "/task.pb"))) return std::nullopt;
    container.record.task = std::move(task);
    return container;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace skein
